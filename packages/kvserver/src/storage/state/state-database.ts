/**
 * The state database: the rows of `row-keys.ts` in any `abstract-level` database. One flushed batch carries
 * everything that changed since the last one and the position reached, so a crash leaves the state of one
 * position. The row of the position holds a checksum of all other rows, so that none can vanish unnoticed.
 */
import { createHash } from 'node:crypto';
import type { Bytes } from '@paxkv/protocol';
import { pack } from '@paxkv/protocol';
import type { AbstractBatchOptions, AbstractChainedBatch, AbstractLevel } from 'abstract-level';
import { Session } from '../../state-machine/sessions/session.ts';
import { StateError } from '../../state-machine/state-error.ts';
import {
  type LoadedState,
  type Pause,
  type Position,
  type StateChanges,
  type StateStore,
  startPosition,
} from '../../state-machine/state-store.ts';
import type { CacheSlot, Change } from '../../state-machine/store/cached-entry.ts';
import {
  type CachedEntry,
  fromCachedEntry,
  toCachedEntry,
} from '../../state-machine/store/cached-value.ts';
import { attempt } from './attempt.ts';
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
import {
  checksumAfter,
  emptyChecksum,
  fromEntry,
  fromPosition,
  seal,
  sumIn,
  toEntry,
  toPosition,
  unseal,
  type VerifiedPosition,
} from './rows.ts';

/** An open database whose `keyEncoding` and `valueEncoding` are both `'view'`. */
export type StateLevel = AbstractLevel<string | Buffer | Uint8Array, Bytes, Bytes>;

/** Rows encoded between two pauses, which takes well below a millisecond. */
const rowsAtOnce = 128;

export interface WriteOptions extends AbstractBatchOptions<Bytes, Bytes> {
  /** Whether the write is on disk when the call resolves. Databases without a disk ignore it. */
  readonly sync: boolean;
}

type Batch = AbstractChainedBatch<StateLevel, Bytes, Bytes>;

export class StateDatabase implements StateStore {
  readonly #level: StateLevel;
  readonly #journalIndex: (() => number) | undefined;
  /** The checksum of all rows as last written. */
  #checksum = emptyChecksum;
  /** The checksum of each session's row, by id. */
  readonly #sessionSums = new Map<number, number>();

  /** `journalIndex` returns the write index of the journal beside this state; each write records it. */
  constructor(level: StateLevel, journalIndex?: () => number) {
    this.#level = level;
    this.#journalIndex = journalIndex;
  }

  async load(check: (position: Position) => void = () => {}): Promise<LoadedState> {
    const { position, checksum } = await this.#loadPosition();
    check(position);
    const audit = new RowAudit();
    const sessions: Session[] = [];
    for await (const [key, row] of this.#rows()) {
      audit.take([key, row]);
      if (!isSessionKey(key)) continue;
      const id = fromSessionKey(key);
      sessions.push(unseal(key, row, (fields) => Session.fromRow(id, fields)));
      this.#sessionSums.set(id, sumIn(row));
    }
    audit.finish(checksum);
    this.#checksum = checksum;
    return { position, sessions };
  }

  async readEntries(names: readonly string[]): Promise<CacheSlot[]> {
    const rowKeys = names.map(dataKeyOf);
    const rows = await attempt('read entries', () => this.#level.getMany(rowKeys));
    return names.map((name, index) => {
      const row = rows[index];
      const rowSum = row === undefined ? undefined : sumIn(row);
      return { name, entry: openEntry(rowKeys[index], row), rowSum };
    });
  }

  async write({ entries, sessions, position }: StateChanges, pause?: Pause): Promise<void> {
    await attempt('write', async () => {
      const batch = this.#level.batch();
      // Safety: a session keeps changing, so its row is encoded before anything is awaited.
      for (const [id, session] of sessions) this.#putSession(batch, id, session);
      for (const [index, change] of entries.entries()) {
        this.#putChange(batch, change);
        if (pause !== undefined && index % rowsAtOnce === rowsAtOnce - 1) await pause();
      }
      const checksum = this.#checksum;
      batch.put(positionKey, seal(positionKey, fromPosition({ position, checksum })));
      if (this.#journalIndex !== undefined) {
        batch.put(journalKey, seal(journalKey, [this.#journalIndex()]));
      }
      const options: WriteOptions = { sync: true };
      await batch.write(options);
    });
  }

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
    if (keys.length === 0) return { position: startPosition, checksum: emptyChecksum };
    throw new StateError('STATE_DAMAGED', 'The state database has rows, but no position.');
  }

  /** Errors of the database become StateErrors. Errors of the code that consumes the rows do not. */
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

  #putChange(batch: Batch, { slot, entry }: Change): void {
    const { name, rowSum: before } = slot;
    const key = dataKeyOf(name);
    if (entry === undefined) {
      batch.del(key);
      slot.rowSum = undefined;
    } else {
      const row = seal(key, fromEntry(fromCachedEntry(entry)));
      batch.put(key, row);
      slot.rowSum = sumIn(row);
    }
    this.#checksum = checksumAfter(this.#checksum, { before, after: slot.rowSum });
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
    this.#checksum = checksumAfter(this.#checksum, { before, after });
  }
}

function openEntry(rowKey: Bytes | undefined, row: Bytes | undefined): CachedEntry | undefined {
  if (rowKey === undefined || row === undefined) return undefined;
  return toCachedEntry(unseal(rowKey, row, toEntry));
}
