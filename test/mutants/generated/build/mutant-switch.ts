/** The variable by which one process runs every mutant, and the record of the places that ran. */

/** What a mutant that does not end throws, again and again. */
export class EndlessRunError extends Error {
  constructor() {
    super('the mutant does not end');
    this.name = 'EndlessRunError';
  }
}

export class MutantSwitch {
  /** A value that no case is equal to. */
  readonly never = Symbol('forgotten case');
  /** Number of the mutant that runs; 0 is the original. */
  active = 0;
  /** For each place, whether it ran. */
  ran: Uint8Array;
  /** How often any place ran since this was last set to 0. */
  stepCount = 0;
  /** A run that takes more steps counts as endless. */
  stepCountMax = Number.POSITIVE_INFINITY;

  constructor(siteCount: number) {
    this.ran = new Uint8Array(siteCount + 1);
  }

  /** Every place calls it when it runs. @throws EndlessRunError */
  at(site: number): number {
    this.ran[site] = 1;
    this.stepCount += 1;
    if (this.stepCount > this.stepCountMax) throw new EndlessRunError();
    return this.active;
  }

  /** The places that ran since it was last asked. */
  takeRan(): number[] {
    const sites: number[] = [];
    for (let site = this.ran.indexOf(1); site !== -1; site = this.ran.indexOf(1, site + 1))
      sites.push(site);
    this.ran.fill(0);
    return sites;
  }
}

const name = Symbol.for('paxkv.mutants');

/** Must be called before a mutated source is loaded. */
export function installSwitch(siteCount: number): MutantSwitch {
  const installed = new MutantSwitch(siteCount);
  Object.defineProperty(globalThis, name, { value: installed });
  return installed;
}

/** @throws Error unless this process was started with the switch */
export function installedSwitch(): MutantSwitch {
  const installed: unknown = Reflect.get(globalThis, name);
  if (installed instanceof MutantSwitch) return installed;
  throw new Error('the mutated build is not loaded: start this process with its arguments');
}
