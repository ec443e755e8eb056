/**
 * Reads and changes a few keys together, again and again, and records each transaction for the checker. Each changes
 * what an earlier answer has shown, so some come too late, and their comparisons fail.
 */
import {
  ExchangeError,
  KvError,
  type TransactionInput,
  type TransactionResult,
} from '@paxkv/client';
import type { SeededRandom, World } from '@paxkv/simulator';
import type { Asked, Begun, TransactionRecorder } from '../../serializability/recorder.ts';
import type { Answer, Compare, Entry, Write } from '../../serializability/transaction.ts';

/** No other client uses them. */
const keys: readonly string[] = ['joint-a', 'joint-b', 'joint-c'];
const reads = keys.map((key) => ({ key }));
const restMsMean = 500;
const paceMsMean = 30;
/** How many changes follow one read, each of what the answer to the one before has shown. */
const changeCountMax = 4;

/** The part of a client that it uses. */
export interface Transactor {
  transact(input: TransactionInput): Promise<TransactionResult<string>>;
}

export interface TransfersOptions {
  /** Unique among those of one run. */
  readonly number: number;
  readonly client: Transactor;
  readonly recorder: TransactionRecorder;
  readonly random: SeededRandom;
}

export class Transfers {
  readonly #world: World;
  readonly #options: TransfersOptions;
  #valueCount = 0;
  #isGoing = true;

  constructor(world: World, options: TransfersOptions) {
    this.#world = world;
    this.#options = options;
  }

  /** Resolves when it was stopped and its last transaction has ended. */
  async run(): Promise<void> {
    const { random } = this.#options;
    while (this.#isGoing) {
      await this.#rest(restMsMean);
      let seen = this.#isGoing ? await this.read() : undefined;
      const count = random.integer(0, changeCountMax);
      for (let change = 0; change < count && this.#isGoing && seen !== undefined; change += 1) {
        await this.#rest(paceMsMean);
        seen = await this.#ask(this.#changeOf(seen));
      }
    }
  }

  stop(): void {
    this.#isGoing = false;
  }

  /** Reads all keys; `undefined` if there was no answer. */
  read(): Promise<readonly Entry[] | undefined> {
    return this.#ask({ compares: [], writes: [], reads });
  }

  /** A change of what was seen: of one key, or of several. One of them gets a value, which is unique. */
  #changeOf(seen: readonly Entry[]): Asked {
    const { random } = this.#options;
    const [first = '', ...others] = random.shuffle(keys);
    const more = others.slice(0, random.integer(0, others.length));
    const compares = [first, ...more].map((key) => ({ key, revision: revisionIn(seen, key) }));
    const writes = [this.#write(first), ...more.map((key) => this.#writeOrDelete(key))];
    return { compares: [...compares, ...this.#moreCompares(seen)], writes, reads };
  }

  /** A key is also compared by its value, now and then. */
  #moreCompares(seen: readonly Entry[]): Compare[] {
    const { random } = this.#options;
    const entry = random.chance(0.3) ? seen[random.integer(0, keys.length - 1)] : undefined;
    return entry === undefined ? [] : [{ key: entry.key, value: entry.value }];
  }

  #write(key: string): Write {
    this.#valueCount += 1;
    const value = `<${this.#options.number}.${this.#valueCount}>`;
    return { name: this.#options.random.chance(0.3) ? 'append' : 'put', key, value };
  }

  #writeOrDelete(key: string): Write {
    return this.#options.random.chance(0.25) ? { name: 'delete', key } : this.#write(key);
  }

  /** The entries that a next change may rely on; `undefined` if the answer does not show them. */
  async #ask(asked: Asked): Promise<readonly Entry[] | undefined> {
    const { client, recorder } = this.#options;
    const begun = recorder.begin(asked);
    try {
      const answer = toAnswer(await client.transact(toInput(asked)));
      begun.done(answer);
      const isChanged = answer.succeeded === true && asked.writes.length > 0;
      return isChanged ? await this.read() : answer.entries;
    } catch (error) {
      if (!(error instanceof KvError || error instanceof ExchangeError)) throw error;
      settle(begun, error);
      return undefined;
    }
  }

  async #rest(msMean: number): Promise<void> {
    const ms = -msMean * Math.log(1 - this.#options.random.next());
    await this.#world.sleep(Math.min(ms, 5 * msMean));
  }
}

function settle(begun: Begun, error: KvError | ExchangeError): void {
  if (error instanceof KvError && error.outcome === 'not done') begun.failed();
}

function revisionIn(seen: readonly Entry[], key: string): number {
  return seen.find((entry) => entry.key === key)?.revision ?? 0;
}

function toInput({ compares, writes }: Asked): TransactionInput {
  const gets = keys.map((key) => ({ type: 'get', key }) as const);
  return { if: compares.map(toCondition), then: [...gets, ...writes.map(toOperation)], else: gets };
}

function toCondition(compare: Compare) {
  const { key } = compare;
  if ('revision' in compare) {
    return { key, of: 'modRevision', is: '=', to: compare.revision } as const;
  }
  if ('value' in compare && compare.value !== undefined) {
    return { key, of: 'value', is: '=', to: compare.value } as const;
  }
  throw new TypeError('a transfer compares revisions and values only');
}

function toOperation(write: Write) {
  const { name: type, key } = write;
  return write.name === 'delete'
    ? ({ type: 'delete', key } as const)
    : ({ type: type === 'append' ? 'append' : 'put', key, value: write.value } as const);
}

function toAnswer({ passed, revision, results }: TransactionResult<string>): Answer {
  const entries = results.flatMap((result, index) => {
    const key = keys[index];
    if (result.type !== 'get' || result.entry === undefined || key === undefined) return [];
    return [{ key, value: result.entry.value, revision: result.entry.modRevision }];
  });
  return { succeeded: passed, revision, entries };
}
