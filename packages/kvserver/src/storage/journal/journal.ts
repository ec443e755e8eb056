/**
 * The journal: promises and votes on disk, one record for each write, flushed before any message depends on
 * it. Each record holds the checksum of the one before it.
 * Rule: a promise or vote that another peer may know of is never lost unnoticed, whatever the database below
 * does.
 */
import { strict as assert } from 'node:assert';
import type { Memory, Storage } from '@paxkv/paxos';
import { DiskError, reasonOf, repairAdvice, toDiskError } from '../disk-error.ts';
import { type Database, isEmptyDirectory, openDatabase } from '../leveldb/database.ts';
import { decodeBase, encodeBase, type JournalBase, newBase } from './journal-base.ts';
import { JournalIndex } from './journal-index.ts';
import { decodeWrites, encodeWrites, type JournalWrite } from './record-codec.ts';
import { baseKey, fromRecordKey, toRecordKey } from './record-key.ts';
import { type Checksum, isSameChecksum, openRecord, sealRecord } from './sealed-record.ts';

/** The node that owns the journal, and what is recorded about the journal outside of it. */
export interface JournalOwner {
  /** Unique to the node. Its records are sealed for it: under any other owner they count as damage. */
  readonly name: string;
  /** Whether a record may ever have been written. */
  readonly hasVoted: boolean;
  /** A write index that the journal is known to have reached. */
  readonly writeIndexReached: number;
  /** Records that the node may have voted. Called before any record but the first is written. */
  markVoted(): Promise<void>;
}

interface JournalRecord {
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
   * Opens the journal and verifies every record. Only a lost end cannot be noticed from within: such a
   * journal looks like one that never had those records. It is noticed up to `owner.writeIndexReached` and
   * the base; beyond that only other nodes can tell, from the write index that they acknowledged.
   *
   * An absent journal is created. If its owner has voted, its memory is then lost.
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
      for await (const { writes, checksum } of recordsFrom(database, owner.name, index.base)) {
        index.add(writes, checksum);
      }
      expectTail(index, owner);
      return new Journal(database, owner, index);
    } catch (cause) {
      await database.close();
      throw toDiskError(`open the journal in ${directory}`, cause);
    }
  }

  /** The index of the last write, or 0. It continues over restarts. */
  get writeIndex(): number {
    return this.#index.writeIndex;
  }

  /** Verifies again what it reads. @throws DiskError `DISK_JOURNAL_DAMAGED`. */
  async load(): Promise<Memory<Uint8Array>> {
    const { base, min, writeIndex } = this.#index;
    if (writeIndex === 0)
      return { state: this.#owner.hasVoted ? 'lost' : 'new', writeIndex, writes: [] };
    const loaded: JournalWrite[] = [...base.retained];
    if (base.round > 0) loaded.push({ type: 'reserved', round: base.round });
    if (base.min > 0) loaded.push({ type: 'forgotten', min: base.min });
    for await (const { writes } of recordsFrom(this.#database, this.#owner.name, base)) {
      loaded.push(...writes.filter((write) => !('seq' in write) || write.seq >= min));
    }
    return { state: 'kept', writeIndex, writes: loaded };
  }

  /**
   * Writes one record, and with it drops records at the front that are not needed any more.
   *
   * @throws DiskError `DISK_FAILED` (unknown), for every call from then on.
   */
  async write(writes: readonly JournalWrite[]): Promise<void> {
    assert(!this.#isWriting, 'one write at a time');
    if (this.#failure !== undefined) throw this.#failure;
    if (writes.length === 0) return;
    const payload = encodeWrites(writes);
    this.#isWriting = true;
    try {
      // The first record only introduces the node: if it is lost as well, the node is new again.
      if (!this.#owner.hasVoted && this.writeIndex > 0) await this.#owner.markVoted();
      await this.#append(writes, payload);
    } catch (cause) {
      // Safety: after a failed write LevelDB acknowledges writes that it will lose, so this is the last one.
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
      for (let index = base.firstIndex; index < next.firstIndex; index += 1) {
        batch.del(toRecordKey(index));
      }
      batch.put(baseKey, encodeBase(this.#owner.name, next));
    }
    await batch.write({ sync: true });
    if (next !== undefined) this.#index.dropTo(next);
    this.#index.add(writes, checksum);
  }
}

/** Reads the base. A new journal gets one, so that its absence counts as a loss from then on. */
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
      `The node has voted, but its journal is empty. ${repairAdvice}`,
    );
  }
  await database.put(baseKey, encodeBase(owner.name, newBase), { sync: true });
  return newBase;
}

/** Every record from the base on, each verified against the one before it. Reads the whole database. */
async function* recordsFrom(
  database: Database,
  owner: string,
  base: JournalBase,
): AsyncGenerator<JournalRecord> {
  let writeIndex = base.firstIndex;
  let previous = base.previous;
  try {
    for await (const [key, bytes] of database.iterator({ fillCache: false })) {
      const found = fromRecordKey(key);
      if (found !== undefined && found < base.firstIndex) continue;
      if (found !== writeIndex) throw new Error(`it is missing, and key ${toHex(key)} is next`);
      const record = openRecord({ owner, key }, bytes);
      if (!isSameChecksum(record.previous, previous)) {
        throw new Error('it does not follow the record before it');
      }
      yield { writes: decodeWrites(record.payload), checksum: record.checksum };
      previous = record.checksum;
      writeIndex += 1;
    }
  } catch (cause) {
    throw damaged(`record ${writeIndex}`, cause);
  }
}

function expectTail(index: JournalIndex, owner: JournalOwner): void {
  const reached = Math.max(index.base.writtenAt, owner.writeIndexReached);
  if (index.writeIndex >= reached) return;
  throw damaged(
    `record ${index.writeIndex + 1}`,
    new Error(`the journal ends before record ${reached}`),
  );
}

function damaged(record: string, cause: unknown): DiskError {
  const message = `The journal is damaged at ${record}: ${reasonOf(cause)}. ${repairAdvice}`;
  return new DiskError('DISK_JOURNAL_DAMAGED', message, cause);
}

function writeFailed(writeIndex: number, cause: unknown): DiskError {
  const advice = 'It may or may not be on disk: the journal must be opened again.';
  const message = `Writing record ${writeIndex} failed: ${reasonOf(cause)}. ${advice}`;
  return new DiskError('DISK_FAILED', message, cause);
}

function toHex(key: Uint8Array): string {
  return Buffer.from(key).toString('hex');
}
