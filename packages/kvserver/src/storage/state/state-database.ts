/**
 * The state database: rows of `keys.ts` in any `abstract-level` database. One flushed batch carries all
 * that changed since the last one together with the position reached, so a crash leaves the state of
 * one position. Beside the position lies a tally of all rows, so that none can vanish unnoticed.
 */
import { createHash } from 'node:crypto';
import type { Bytes } from '@paxkv/protocol';
import { pack } from '@paxkv/protocol';
import type { AbstractBatchOptions, AbstractChainedBatch, AbstractLevel } from 'abstract-level';
import { Session } from '../../state-machine/sessions/session.ts';
import { StateError } from '../../state-machine/state-error.ts';
import type { CacheSlot, Change } from '../../state-machine/store/cached-entry.ts';
import {
  type CachedEntry,
  fromCachedEntry,
  toCachedEntry,
} from '../../state-machine/store/cached-value.ts';
import { attempt } from './attempt.ts';
import { fromEntry, toEntry } from './entry-row.ts';
import {
  fromPosition,
  type Position,
  startPosition,
  toPosition,
  type VerifiedPosition,
} from './position.ts';
import { RowAudit } from './row-audit.ts';
import {
  dataKeyOf,
  fromSessionKey,
  isLocalKey,
  isSessionKey,
  journalKey,
  positionKey,
  sessionKey,
} from './row-keys.ts';
import { seal, sumIn, unseal } from './sealed-row.ts';
import { checksumAfter, emptyChecksum } from './state-checksum.ts';

/** Open, with `keyEncoding` and `valueEncoding` both `'view'`. */
export type StateLevel = AbstractLevel<string | Buffer | Uint8Array, Bytes, Bytes>;

/** Resolves when everybody else had a turn. */
export type Pause = () => Promise<void>;

/** Rows made between two pauses: well below a millisecond's worth. */
const rowsAtOnce = 128;

/** What the instances since the last write did, up to a position. */
export interface StateChanges {
  /** Where each session left off; `undefined` for one put out. */
  readonly sessions: readonly (readonly [id: number, session: Session | undefined])[];
  readonly places: readonly Change[];
  readonly position: Position;
}

/** A state as a machine takes it up. */
export interface LoadedState {
  readonly position: Position;
  readonly sessions: readonly Session[];
}

export interface WriteOptions extends AbstractBatchOptions<Bytes, Bytes> {
  /** Whether the write is on disk when it resolves. Databases without a disk pay it no heed. */
  readonly sync: boolean;
}

type Batch = AbstractChainedBatch<StateLevel, Bytes, Bytes>;

/** Every method throws StateError: `STATE_FAILED` from the database, `STATE_DAMAGED` from a row. */
export class StateDatabase {
  readonly #level: StateLevel;
  readonly #journalIndex: (() => number) | undefined;
  /** Of the rows as last given to a write. */
  #tally = emptyChecksum;
  /** The checksums of the rows of sessions, by id. */
  readonly #sessionSums = new Map<number, number>();

  /** `journalIndex` tells how far the journal has come that lies beside this state. */
  constructor(level: StateLevel, journalIndex?: () => number) {
    this.#level = level;
    this.#journalIndex = journalIndex;
  }

  /** Reads and checks every row. To be called once, before any write. @throws StateError also `STATE_UNKNOWN_FORMAT` */
  async load(): Promise<LoadedState> {
    const { position, tally } = await this.#loadPosition();
    const audit = new RowAudit();
    const sessions: Session[] = [];
    for await (const [key, row] of this.#rows()) {
      audit.take([key, row]);
      if (!isSessionKey(key)) continue;
      const id = fromSessionKey(key);
      sessions.push(unseal(key, row, (fields) => Session.fromRow(id, fields)));
      this.#sessionSums.set(id, sumIn(row));
    }
    audit.finish(tally);
    this.#tally = tally;
    return { position, sessions };
  }

  /** What each of the keys holds, in their order. */
  async readPlaces(names: readonly string[]): Promise<CacheSlot[]> {
    const rowKeys = names.map(dataKeyOf);
    const rows = await attempt('read entries', () => this.#level.getMany(rowKeys));
    return names.map((name, index) => {
      const row = rows[index];
      const rowSum = row === undefined ? undefined : sumIn(row);
      return { name, entry: openEntry(rowKeys[index], row), rowSum };
    });
  }

  /**
   * Durable when it resolves. To be called again only then. `pause` is awaited now and then while there is
   * more to do, so that others get their turn.
   */
  async write({ places, sessions, position }: StateChanges, pause?: Pause): Promise<void> {
    await attempt('write', async () => {
      const batch = this.#level.batch();
      // Safety: a session goes on changing, so its row is made before anything is awaited.
      for (const [id, session] of sessions) this.#putSession(batch, id, session);
      for (const [index, change] of places.entries()) {
        this.#putChange(batch, change);
        if (pause !== undefined && index % rowsAtOnce === rowsAtOnce - 1) await pause();
      }
      const tally = this.#tally;
      batch.put(positionKey, seal(positionKey, fromPosition({ position, tally })));
      if (this.#journalIndex !== undefined) {
        batch.put(journalKey, seal(journalKey, [this.#journalIndex()]));
      }
      const options: WriteOptions = { sync: true };
      await batch.write(options);
    });
  }

  /** Over every row of the state, in order. Takes as long as reading them all. */
  async contentHash(): Promise<string> {
    const hash = createHash('sha256');
    for await (const [key, row] of this.#rows()) {
      if (!isLocalKey(key)) hash.update(pack([key, row]));
    }
    return hash.digest('hex');
  }

  async #loadPosition(): Promise<VerifiedPosition> {
    const row = await attempt('read the position', () => this.#level.get(positionKey));
    if (row !== undefined) return unseal(positionKey, row, toPosition);
    const keys = await attempt('look for rows', () => this.#level.keys({ limit: 1 }).all());
    if (keys.length === 0) return { position: startPosition, tally: emptyChecksum };
    throw new StateError('STATE_DAMAGED', 'The state database has rows, but no position.');
  }

  /** What the database throws on the way counts as its failure, what the caller throws does not. */
  async *#rows(): AsyncGenerator<[Bytes, Bytes]> {
    const iterator = this.#level.iterator();
    try {
      for (;;) {
        const entry = await attempt('read every row', () => iterator.next());
        if (entry === undefined) return;
        yield entry;
      }
    } finally {
      await iterator.close();
    }
  }

  #putChange(batch: Batch, { place, entry }: Change): void {
    const { name, rowSum: before } = place;
    const key = dataKeyOf(name);
    if (entry === undefined) {
      batch.del(key);
      place.rowSum = undefined;
    } else {
      const row = seal(key, fromEntry(fromCachedEntry(entry)));
      batch.put(key, row);
      place.rowSum = sumIn(row);
    }
    this.#tally = checksumAfter(this.#tally, { before, after: place.rowSum });
  }

  #putSession(batch: Batch, id: number, session: Session | undefined): void {
    const key = sessionKey(id);
    const before = this.#sessionSums.get(id);
    let after: number | undefined;
    if (session === undefined) {
      batch.del(key);
      this.#sessionSums.delete(id);
    } else {
      const row = seal(key, session.toRow());
      batch.put(key, row);
      after = sumIn(row);
      this.#sessionSums.set(id, after);
    }
    this.#tally = checksumAfter(this.#tally, { before, after });
  }
}

function openEntry(rowKey: Bytes | undefined, row: Bytes | undefined): CachedEntry | undefined {
  if (rowKey === undefined || row === undefined) return undefined;
  return toCachedEntry(unseal(rowKey, row, toEntry));
}
