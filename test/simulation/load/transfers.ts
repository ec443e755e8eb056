/**
 * Reads and changes a few keys together, again and again, and records each transaction for the checker. Each changes
 * what an earlier answer has shown, so some come too late, and their comparisons fail. Ranges of the keys are read and
 * deleted in between.
 */
import {
  ExchangeError,
  KvError,
  type TransactionInput,
  type TransactionResult,
} from '@paxkv/client';
import type { SeededRandom, World } from '@paxkv/simulator';
import type { Asked, TransactionRecorder } from '../../serializability/recorder.ts';
import type { Answer, Compare, Entry, Write } from '../../serializability/transaction.ts';
import type { JointRanges } from './joint-ranges.ts';

/** In order. No other client uses them. */
export const jointKeys: readonly string[] = ['joint-a', 'joint-b', 'joint-c'];
const reads = jointKeys.map((key) => ({ key }));
const restMsMean = 500;
const paceMsMean = 30;
/** How many changes follow one read, each of what the answer to the one before has shown. */
const changeCountMax = 4;
/** How often a scan takes the place of a transaction that reads, and how often other ranges are read or deleted. */
const scanChance = 0.4;
const rangeChance = 0.4;
const deletionChance = 0.25;

/** The part of a client that it uses. */
export interface Transactor {
  transact(input: TransactionInput): Promise<TransactionResult<string>>;
}

/** A write of one key. */
type KeyWrite = Exclude<Write, { readonly name: 'deleteRange' }>;

export interface TransfersOptions {
  /** Unique among those of one run. */
  readonly number: number;
  readonly client: Transactor;
  readonly ranges: JointRanges;
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
    const { random, ranges } = this.#options;
    while (this.#isGoing) {
      await this.#rest(restMsMean);
      if (!this.#isGoing) return;
      let seen = await (random.chance(scanChance) ? ranges.readAll() : this.#read());
      if (random.chance(rangeChance)) await ranges.readSome();
      if (random.chance(deletionChance)) await ranges.delete();
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

  async #read(): Promise<readonly Entry[] | undefined> {
    return (await readJointKeys(this.#options))?.entries;
  }

  /** A change of what was seen: of one key, or of several. One of them gets a value, which is unique. */
  #changeOf(seen: readonly Entry[]): Asked {
    const { random } = this.#options;
    const [first = '', ...others] = random.shuffle(jointKeys);
    const more = others.slice(0, random.integer(0, others.length));
    const compares = [first, ...more].map((key) => ({ key, revision: revisionIn(seen, key) }));
    const writes = [this.#write(first), ...more.map((key) => this.#writeOrDelete(key))];
    return { compares: [...compares, ...this.#moreCompares(seen)], writes, reads };
  }

  /** A key is also compared by its value, now and then. */
  #moreCompares(seen: readonly Entry[]): Compare[] {
    const { random } = this.#options;
    const entry = random.chance(0.3) ? seen[random.integer(0, jointKeys.length - 1)] : undefined;
    return entry === undefined ? [] : [{ key: entry.key, value: entry.value }];
  }

  #write(key: string): KeyWrite {
    this.#valueCount += 1;
    const value = `<${this.#options.number}.${this.#valueCount}>`;
    return { name: this.#options.random.chance(0.3) ? 'append' : 'put', key, value };
  }

  #writeOrDelete(key: string): KeyWrite {
    return this.#options.random.chance(0.25) ? { name: 'delete', key } : this.#write(key);
  }

  /** The entries that a next change may rely on; `undefined` if the answer does not show them. */
  async #ask(asked: Asked): Promise<readonly Entry[] | undefined> {
    const answer = await ask(this.#options, asked);
    const isChanged = answer?.succeeded === true && asked.writes.length > 0;
    return isChanged ? await this.#read() : answer?.entries;
  }

  async #rest(msMean: number): Promise<void> {
    const ms = -msMean * Math.log(1 - this.#options.random.next());
    await this.#world.sleep(Math.min(ms, 5 * msMean));
  }
}

type Parts = Pick<TransfersOptions, 'client' | 'recorder'>;

/** Reads all keys; `undefined` if there was no answer. */
export function readJointKeys(parts: Parts): Promise<Answer | undefined> {
  return ask(parts, { compares: [], writes: [], reads });
}

async function ask({ client, recorder }: Parts, asked: Asked): Promise<Answer | undefined> {
  const begun = recorder.begin(asked);
  try {
    const answer = toAnswer(await client.transact(toInput(asked)));
    begun.done(answer);
    return answer;
  } catch (error) {
    if (!(error instanceof KvError || error instanceof ExchangeError)) throw error;
    if (error instanceof KvError && error.outcome === 'not done') begun.failed();
    return undefined;
  }
}

function revisionIn(seen: readonly Entry[], key: string): number {
  return seen.find((entry) => entry.key === key)?.revision ?? 0;
}

function toInput({ compares, writes }: Asked): TransactionInput {
  const gets = jointKeys.map((key) => ({ type: 'get', key }) as const);
  const operations = writes.map(toOperation);
  return { if: compares.map(toCondition), then: [...gets, ...operations], else: gets };
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
  if (write.name === 'deleteRange') throw new TypeError('a transfer changes single keys');
  const { name: type, key } = write;
  return write.name === 'delete'
    ? ({ type: 'delete', key } as const)
    : ({ type: type === 'append' ? 'append' : 'put', key, value: write.value } as const);
}

function toAnswer({ passed, revision, results }: TransactionResult<string>): Answer {
  const entries = results.flatMap((result, index) => {
    const key = jointKeys[index];
    if (result.type !== 'get' || result.entry === undefined || key === undefined) return [];
    return [{ key, value: result.entry.value, revision: result.entry.modRevision }];
  });
  return { succeeded: passed, revision, entries };
}
