/**
 * The acceptor's memory on disk: one record a turn, flushed before anyone hears of it, each naming
 * the one before it. Guards the first rule of Paxos: a promise or a vote that was spoken of is
 * never forgotten unnoticed, whatever the database below does.
 */
import { strict as assert } from 'node:assert';
import type { Memory, Storage } from '@paxkv/paxos';
import { DiskError, reasonOf, repairAdvice, toDiskError } from '../disk-error.ts';
import { type Database, isEmptyDirectory, openDatabase } from '../leveldb/database.ts';
import { decodeBase, encodeBase, type JournalBase, newBase } from './journal-base.ts';
import { JournalIndex } from './journal-index.ts';
import { type Checksum, isSameChecksum, openRecord, sealRecord } from './sealed-record.ts';
import { baseKey, fromRecordKey, toRecordKey } from './turn-key.ts';
import { decodeWrites, encodeWrites, type JournalWrite } from './turn-writes.ts';

/** Whose journal it is, and what is remembered of it elsewhere. */
export interface JournalOwner {
  /** Unique to the node. Records are sealed for it: to any other owner they are damage. */
  readonly name: string;
  /** Whether a turn may ever have been written. */
  readonly hasVoted: boolean;
  /** A turn the journal is known to have reached. */
  readonly writeIndexReached: number;
  /** Remembers, before any turn but the first is written, that it may have been. */
  markVoted(): Promise<void>;
}

interface Turn {
  readonly writes: readonly JournalWrite[];
  readonly checksum: Checksum;
}

export class Journal implements Storage<Uint8Array> {
  readonly #database: Database;
  readonly #owner: JournalOwner;
  readonly #index: JournalIndex;
  #isWriting = false;
  #failure: DiskError | undefined;

  private constructor(database: Database, owner: JournalOwner, index: JournalIndex) {
    this.#database = database;
    this.#owner = owner;
    this.#index = index;
  }

  /**
   * Opens and verifies every record. The tail is the one thing that cannot be verified from within:
   * a journal that lost its last turns looks like one that never had them. It is noticed as far as
   * `owner.turnReached` and the base go; the rest, only other nodes can tell from `highestTurn`.
   *
   * A journal that is absent altogether is made anew. If its owner has voted, its memory is then lost.
   *
   * @throws DiskError `DISK_AMNESIA`, `DISK_JOURNAL_DAMAGED`, `DISK_IN_USE` or `DISK_UNUSABLE`.
   */
  static async open(options: { directory: string; owner: JournalOwner }): Promise<Journal> {
    const { directory, owner } = options;
    const isAbsent = await isEmptyDirectory(directory);
    const database = await openDatabase({
      directory,
      isNew: isAbsent || !owner.hasVoted,
      lost: 'DISK_AMNESIA',
      damaged: 'DISK_JOURNAL_DAMAGED',
    });
    try {
      const index = new JournalIndex(await readBase(database, owner, isAbsent));
      for await (const { writes, checksum } of turnsFrom(database, owner.name, index.base)) {
        index.add(writes, checksum);
      }
      expectTail(index, owner);
      return new Journal(database, owner, index);
    } catch (cause) {
      await database.close();
      throw toDiskError(`open the journal in ${directory}`, cause);
    }
  }

  /** The last turn written, or 0. Counts on over restarts. */
  get writeIndex(): number {
    return this.#index.writeIndex;
  }

  /** Verifies once more what it reads. @throws DiskError `DISK_JOURNAL_DAMAGED`. */
  async load(): Promise<Memory<Uint8Array>> {
    const { base, min, writeIndex } = this.#index;
    if (writeIndex === 0)
      return { state: this.#owner.hasVoted ? 'lost' : 'new', writeIndex, writes: [] };
    const loaded: JournalWrite[] = [...base.retained];
    if (base.round > 0) loaded.push({ type: 'reserved', round: base.round });
    if (base.min > 0) loaded.push({ type: 'forgotten', min: base.min });
    for await (const { writes } of turnsFrom(this.#database, this.#owner.name, base)) {
      loaded.push(...writes.filter((write) => !('seq' in write) || write.seq >= min));
    }
    return { state: 'kept', writeIndex, writes: loaded };
  }

  /**
   * Writes one turn and, beside it, drops turns at the front that nobody needs any more.
   *
   * @throws DiskError `DISK_FAILED` (unknown), from then on for every call.
   */
  async write(writes: readonly JournalWrite[]): Promise<void> {
    assert(!this.#isWriting, 'one write at a time');
    if (this.#failure !== undefined) throw this.#failure;
    if (writes.length === 0) return;
    const payload = encodeWrites(writes);
    this.#isWriting = true;
    try {
      // The first turn of all only introduces the node: should it be lost too, the node is new again.
      if (!this.#owner.hasVoted && this.writeIndex > 0) await this.#owner.markVoted();
      await this.#append(writes, payload);
    } catch (cause) {
      // Safety: after a failed write LevelDB acknowledges what it will lose, so this is the last.
      this.#failure = writeFailed(this.writeIndex + 1, cause);
      throw this.#failure;
    } finally {
      this.#isWriting = false;
    }
  }

  /** May be called more than once. */
  async close(): Promise<void> {
    await this.#database.close();
  }

  async #append(writes: readonly JournalWrite[], payload: Uint8Array): Promise<void> {
    const { base, checksum: previous, writeIndex } = this.#index;
    const key = toRecordKey(writeIndex + 1);
    const { bytes, checksum } = sealRecord({ owner: this.#owner.name, key }, previous, payload);
    const batch = this.#database.batch().put(key, bytes);
    const next = this.#index.nextBase();
    if (next !== undefined) {
      for (let turn = base.firstIndex; turn < next.firstIndex; turn++) batch.del(toRecordKey(turn));
      batch.put(baseKey, encodeBase(this.#owner.name, next));
    }
    await batch.write({ sync: true });
    if (next !== undefined) this.#index.dropTo(next);
    this.#index.add(writes, checksum);
  }
}

/** Reads the base; a journal that is new gets one, so that from then on its absence is a loss. */
async function readBase(
  database: Database,
  owner: JournalOwner,
  isAbsent: boolean,
): Promise<JournalBase> {
  try {
    const bytes = await database.get(baseKey);
    if (bytes !== undefined) return decodeBase(owner.name, bytes);
  } catch (cause) {
    throw damaged('the base', cause);
  }
  for await (const key of database.keys({ limit: 1 })) {
    throw damaged('the base', new Error(`it is missing, and key ${toHex(key)} is present`));
  }
  if (owner.hasVoted && !isAbsent) {
    throw new DiskError(
      'DISK_AMNESIA',
      `The node has voted, and its journal is empty. ${repairAdvice}`,
    );
  }
  await database.put(baseKey, encodeBase(owner.name, newBase), { sync: true });
  return newBase;
}

/** Every turn from the base on, each verified against the one before it. The whole database is read. */
async function* turnsFrom(
  database: Database,
  owner: string,
  base: JournalBase,
): AsyncGenerator<Turn> {
  let turn = base.firstIndex;
  let previous = base.previous;
  try {
    for await (const [key, bytes] of database.iterator({ fillCache: false })) {
      const found = fromRecordKey(key);
      if (found !== undefined && found < base.firstIndex) continue;
      if (found !== turn) throw new Error(`it is missing, and key ${toHex(key)} is next`);
      const record = openRecord({ owner, key }, bytes);
      if (!isSameChecksum(record.previous, previous)) {
        throw new Error('it does not follow the turn before it');
      }
      yield { writes: decodeWrites(record.payload), checksum: record.checksum };
      previous = record.checksum;
      turn += 1;
    }
  } catch (cause) {
    throw damaged(`turn ${turn}`, cause);
  }
}

function expectTail(index: JournalIndex, owner: JournalOwner): void {
  const reached = Math.max(index.base.writtenAt, owner.writeIndexReached);
  if (index.writeIndex >= reached) return;
  throw damaged(
    `turn ${index.writeIndex + 1}`,
    new Error(`the journal ends before turn ${reached}`),
  );
}

function damaged(record: string, cause: unknown): DiskError {
  const message = `The journal is damaged at ${record}: ${reasonOf(cause)}. ${repairAdvice}`;
  return new DiskError('DISK_JOURNAL_DAMAGED', message, cause);
}

function writeFailed(turn: number, cause: unknown): DiskError {
  const advice = 'It may or may not be remembered: the journal must be opened again.';
  const message = `Writing turn ${turn} failed: ${reasonOf(cause)}. ${advice}`;
  return new DiskError('DISK_FAILED', message, cause);
}

function toHex(key: Uint8Array): string {
  return Buffer.from(key).toString('hex');
}
