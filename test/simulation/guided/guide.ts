/**
 * Chooses what to run next by what runs have reached: a run that shows a rare state more often than any before, or two
 * rare states together for the first time, is kept and varied.
 */
import type { SeededRandom } from '@paxkv/simulator';

/** One run: a seed, and how its schedule is varied. */
export interface Choice {
  readonly seed: number;
  readonly variants: readonly number[];
}

/** The share of runs that vary one that was kept, once there are any. */
const variedShare = 0.6;
const variantMax = 1_000_000;

export class Guide {
  readonly #random: SeededRandom;
  readonly #kept: Choice[] = [];
  readonly #reached = new Set<string>();
  #nextSeed: number;

  constructor(random: SeededRandom, firstSeed: number) {
    this.#random = random;
    this.#nextSeed = firstSeed;
  }

  /** How many different things runs have reached. */
  get reachedCount(): number {
    return this.#reached.size;
  }

  get keptCount(): number {
    return this.#kept.length;
  }

  next(): Choice {
    if (this.#kept.length > 0 && this.#random.chance(variedShare)) {
      // What was kept late was harder to reach.
      const place = Math.floor(this.#kept.length * Math.sqrt(this.#random.next()));
      const { seed, variants } = this.#kept[place] ?? { seed: this.#nextSeed, variants: [] };
      return { seed, variants: [...variants, this.#random.integer(1, variantMax)] };
    }
    const seed = this.#nextSeed;
    this.#nextSeed += 1;
    return { seed, variants: [] };
  }

  /** Returns how many new things the run reached. `counters`: how often each state was reached. */
  learn(choice: Choice, counters: Readonly<Record<string, number>>): number {
    const before = this.#reached.size;
    for (const feature of featuresOf(counters)) this.#reached.add(feature);
    const newCount = this.#reached.size - before;
    if (newCount > 0) this.#kept.push(choice);
    return newCount;
  }
}

/** Each state with the order of magnitude of its count, and each pair of states. */
function featuresOf(counters: Readonly<Record<string, number>>): string[] {
  const present = Object.entries(counters).filter(([, count]) => count > 0);
  const names = present.map(([name]) => name);
  return [
    ...present.map(([name, count]) => `${name} × ${2 ** Math.floor(Math.log2(count))}`),
    ...names.flatMap((name, place) => names.slice(place + 1).map((other) => `${name} & ${other}`)),
  ];
}
