/**
 * Requests on ranges of the keys that are changed together, recorded like the transactions on them: pages of scans and
 * counts, each of which shows one moment, and deletions, which remove all keys of a range at once.
 */
import { ExchangeError, KvError } from '@paxkv/client';
import type { SeededRandom } from '@paxkv/simulator';
import type { Asked, TransactionRecorder } from '../../serializability/recorder.ts';
import type { Answer, Entry, KeyRange, Selection } from '../../serializability/transaction.ts';

/** The first keys of a range, or the last ones, in order from there. */
export interface PageOptions {
  readonly limit: number;
  readonly reverse: boolean;
}

export interface ShownPage {
  readonly revision: number;
  readonly entries: readonly Required<Entry>[];
}

/** The part of a client that it uses. */
export interface RangeStore {
  scanPage(range: KeyRange, options: PageOptions): Promise<ShownPage>;
  deleteRange(range: KeyRange): Promise<{ readonly revision: number; readonly deleted: number }>;
}

/** Counts keys, and tells at which revision. `to`: the end of what it counted. */
export interface RangeCounter {
  count(
    range: KeyRange,
  ): Promise<{ readonly revision: number; readonly count: number; readonly to: string }>;
}

export interface JointRangesOptions {
  /** In order. */
  readonly keys: readonly string[];
  readonly client: RangeStore;
  readonly counter: RangeCounter;
  readonly recorder: TransactionRecorder;
  readonly random: SeededRandom;
}

interface Answered {
  readonly answer: Answer;
  readonly reads: readonly Selection[];
}

export class JointRanges {
  readonly #options: JointRangesOptions;
  /** Above all keys. */
  readonly #end: string;

  constructor(options: JointRangesOptions) {
    this.#options = options;
    this.#end = `${options.keys.at(-1)}~`;
  }

  /** All keys, by one page; `undefined` if there was no answer. */
  async readAll(): Promise<readonly Entry[] | undefined> {
    const [from = ''] = this.#options.keys;
    const limit = this.#options.keys.length + 1;
    return this.#scan({ from, to: this.#end }, { limit, reverse: false });
  }

  /** Reads or counts a part of the keys. */
  async readSome(): Promise<void> {
    const { random, keys } = this.#options;
    const range = this.#draw();
    if (random.chance(0.4)) return this.#count(range);
    const limit = random.integer(1, keys.length);
    await this.#scan(range, { limit, reverse: random.chance(0.5) });
  }

  async delete(): Promise<void> {
    const { from, to } = this.#draw();
    const asked = { compares: [], writes: [{ name: 'deleteRange', from, to } as const], reads: [] };
    await this.#record(asked, async () => {
      const { revision, deleted } = await this.#options.client.deleteRange({ from, to });
      return { answer: { revision, deleted }, reads: [] };
    });
  }

  async #count(range: KeyRange): Promise<void> {
    await this.#record({ compares: [], writes: [], reads: [range] }, async () => {
      const { revision, count, to } = await this.#options.counter.count(range);
      return { answer: { revision, count }, reads: [{ ...range, to }] };
    });
  }

  #scan(range: KeyRange, options: PageOptions): Promise<readonly Entry[] | undefined> {
    return this.#record({ compares: [], writes: [], reads: [range] }, async () => {
      const answer = await this.#options.client.scanPage(range, options);
      return { answer, reads: [coveredBy(answer.entries, range, options)] };
    });
  }

  async #record(asked: Asked, ask: () => Promise<Answered>): Promise<readonly Entry[] | undefined> {
    const begun = this.#options.recorder.begin(asked);
    try {
      const { answer, reads } = await ask();
      begun.done(answer, reads);
      return answer.entries;
    } catch (error) {
      if (!(error instanceof KvError || error instanceof ExchangeError)) throw error;
      if (error instanceof KvError && error.outcome === 'not done') begun.failed();
      return undefined;
    }
  }

  #draw(): KeyRange {
    const { random, keys } = this.#options;
    const first = random.integer(0, keys.length - 1);
    const last = random.integer(first, keys.length - 1);
    return { from: keys[first] ?? '', to: keys[last + 1] ?? this.#end };
  }
}

/** A full page covers its range up to its last key. */
function coveredBy(
  entries: readonly Entry[],
  range: KeyRange,
  { limit, reverse }: PageOptions,
): KeyRange {
  const last = entries.at(-1)?.key;
  if (last === undefined || entries.length < limit) return range;
  return reverse ? { ...range, from: last } : { ...range, to: `${last}\0` };
}
