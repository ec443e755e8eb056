/** Compares the checks of messages with the schemas that say the same. */
import { type Check, Refused } from '@paxkv/kvserver/internal/transport/checks/check';
import { SeededRandom } from '@paxkv/simulator';
import { expect } from 'chai';
import { anyTree, bounds, changed, pathsIn, variantsAt } from './contents.ts';
import { schemaOf } from './schemas.ts';

export interface Counts {
  readonly accepted: number;
  readonly refused: number;
}

const schemaFor = schemaOf(bounds);

/** Holds a check to the schemas, and counts. */
class Comparison {
  readonly #check: Check<object>;
  #accepted = 0;
  #refused = 0;

  constructor(check: Check<object>) {
    this.#check = check;
  }

  get counts(): Counts {
    return { accepted: this.#accepted, refused: this.#refused };
  }

  /** Both accept the content and make the same of it, or both refuse it. */
  compare(content: unknown): void {
    const parsed = schemaFor(content).safeParse(content);
    // The check puts copies into what it is given.
    const checked = this.#check(structuredClone(content));
    if (parsed.success) this.#accepted += 1;
    else this.#refused += 1;
    if (parsed.success === checked instanceof Refused) expect.fail(`${describe(content)}`);
    if (parsed.success) expect(checked).to.deep.equal(parsed.data);
  }
}

/**
 * Each part of each sample is replaced by everything, one at a time. What surrounds a message is the same in all
 * samples, so it is tried in the first.
 */
export function compareEachPart(check: Check<object>, samples: readonly object[]): Counts {
  const comparison = new Comparison(check);
  for (const [index, sample] of samples.entries()) {
    comparison.compare(sample);
    const isAlike = index > 0 && 'message' in sample;
    for (const path of pathsIn(sample)) {
      if (isAlike && path[0] !== 'message') continue;
      for (const variant of variantsAt(sample, path)) comparison.compare(variant);
    }
  }
  return comparison.counts;
}

/** Samples with several parts changed, and trees that are no messages. */
export function compareAtRandom(
  check: Check<object>,
  samples: readonly object[],
  { seed, count }: { readonly seed: string; readonly count: number },
): Counts {
  const random = new SeededRandom(seed);
  const names = [...new Set(samples.flatMap((sample) => pathsIn(sample).flat()))];
  const comparison = new Comparison(check);
  for (let index = 0; index < count; index += 1) {
    comparison.compare(changed(random.pick(samples), samples, random));
    comparison.compare(anyTree(names, random));
  }
  return comparison.counts;
}

function describe(content: unknown): string {
  const text = JSON.stringify(content, (_, part) =>
    typeof part === 'bigint' ? `${part}n` : part instanceof Uint8Array ? part.length : part,
  );
  return `the check and the schema differ on ${text?.slice(0, 500)}`;
}
