/** Tries mutants in this process, one after the other. */
import { EndlessRunError, type MutantSwitch } from '../build/mutant-switch.ts';
import { named } from './baseline.ts';
import type { LoadedTests } from './loaded-tests.ts';
import type { Job, Round, TestFacts, Verdict } from './protocol.ts';

/** A test that takes this much longer than without a mutant waits for something that will not come. */
const timeFactorMax = 20;
const testMsMin = 5000;
/** A test that takes this many more steps than without a mutant does not end. */
const stepFactorMax = 20;
const stepCountMin = 2_000_000;

export class MutantRuns {
  readonly #tests: LoadedTests;
  readonly #mutants: MutantSwitch;
  readonly #byKey: ReadonlyMap<string, Mocha.Test>;
  readonly #stepCountMax = new Map<Mocha.Test, number>();
  readonly #killers = new Set<Mocha.Test>();

  constructor(tests: LoadedTests, mutants: MutantSwitch, facts: readonly TestFacts[]) {
    this.#tests = tests;
    this.#mutants = mutants;
    this.#byKey = new Map(tests.all().map((test) => [named(test).key, test]));
    for (const { key, tookMs, stepCount } of facts) {
      const test = this.#byKey.get(key);
      if (test === undefined) continue;
      test.timeout(Math.max(testMsMin, timeFactorMax * tookMs));
      // A new limit starts the timer of a test that has run before.
      test.clearTimeout();
      this.#stepCountMax.set(test, Math.max(stepCountMin, stepFactorMax * stepCount));
    }
  }

  async tryOut({ mutant, rounds }: Job, onRound: (round: Round) => void): Promise<Verdict> {
    for (const round of rounds) {
      onRound(round);
      const failure = await this.#run(mutant, this.#testsOf(round.keys));
      if (failure !== undefined) return { mutant, isKilled: true, ...failure };
    }
    return { mutant, isKilled: false, by: '', reason: 'all tests that run it pass' };
  }

  /** Whether the tests that failed since it was last asked pass without a mutant. */
  async areSound(): Promise<boolean> {
    const killers = new Set(this.#killers);
    this.#killers.clear();
    return killers.size === 0 || (await this.#run(0, killers)) === undefined;
  }

  async #run(mutant: number, tests: ReadonlySet<Mocha.Test>) {
    this.#mutants.active = mutant;
    const failures = await this.#tests.run(tests, {
      isShort: true,
      onBegin: (test) => {
        this.#mutants.stepCount = 0;
        this.#mutants.stepCountMax = this.#stepCountMax.get(test) ?? stepCountMin;
      },
    });
    this.#mutants.active = 0;
    this.#mutants.stepCountMax = Number.POSITIVE_INFINITY;
    const [first] = failures;
    if (first === undefined) return undefined;
    const { test, reason } = first;
    for (const killer of test === undefined ? tests : [test]) this.#killers.add(killer);
    return { by: test === undefined ? 'a hook' : named(test).key, reason };
  }

  #testsOf(keys: readonly string[]): ReadonlySet<Mocha.Test> {
    return new Set(keys.flatMap((key) => this.#byKey.get(key) ?? []));
  }
}

/** A mutant that does not end throws where nobody may be waiting: that is no fault of this process. */
export function isOfMutant(error: unknown): boolean {
  return error instanceof EndlessRunError;
}
