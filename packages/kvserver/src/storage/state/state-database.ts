/**
 * The state database: the rows of `row-keys.ts` in any `abstract-level` database. One flushed batch carries
 * everything that changed since the last one and the position reached, so a crash leaves the state of one
 * position. The row of the position holds a checksum of all other rows, so that none can vanish unnoticed. A start
 * reads the position, the sessions and the leases; an entry is verified when it is read, and all rows by `verifyRows`.
 */
import { createHash } from 'node:crypto';
import type { Bytes } from '@paxkv/protocol';
import { pack } from '@paxkv/protocol';
import type { AbstractBatchOptions, AbstractChainedBatch } from 'abstract-level';
import { StateError } from '../../state-machine/state-error.ts';
import {
  type LoadedState,
  type Pause,
  type Position,
  type RangeCursor,
  type StateChanges,
  type StateStore,
  startPosition,
  type VerifiedRows,
  type WrittenChecksum,
} from '../../state-machine/state-store.ts';
import type { CacheSlot, Change } from '../../state-machine/store/cached-entry.ts';
import {
  type CachedEntry,
  fromCachedEntry,
  toCachedEntry,
} from '../../state-machine/store/cached-value.ts';
import type { ChangesSpan } from '../../state-machine/store/changes/recent-changes.ts';
import type { NameRange } from '../../state-machine/store/ranges/name-range.ts';
import { readHistory } from '../history/history-reading.ts';
import { attempt } from './attempt.ts';
import { EntryRange } from './entry-range.ts';
import { fromEntry, readEntry } from './entry-row.ts';
import { RowAudit, type StateRow } from './row-audit.ts';
import {
  dataKeyOf,
  dataRange,
  isLocalKey,
  journalKey,
  leasesEnd,
  positionKey,
  sessionPrefix,
  sessionsKey,
} from './row-keys.ts';
import { type RowChange, RowPass } from './row-pass.ts';
import {
  checksumAfter,
  emptyChecksum,
  fromPosition,
  isSameChecksum,
  type StateChecksum,
  seal,
  sumIn,
  toPosition,
  unseal,
  type VerifiedPosition,
} from './rows.ts';
import { fromSessionsChecksum, toSessionsChecksum } from './session-sums.ts';
import { StartReading, StartRows } from './start-rows.ts';
import type { StateDatabaseOptions, StateLevel } from './state-database-options.ts';
import { Turns } from './turns.ts';
import { WritePace } from './write-pace.ts';

export type { StateLevel } from './state-database-options.ts';

/** A write waits for at most this much, and one row more, that a pass over all rows is reading. */
const bytesAtOnce = 256 * 1024;

export interface WriteOptions extends AbstractBatchOptions<Bytes, Bytes> {
  /** Whether the write is on disk when the call resolves. Databases without a disk ignore it. */
  readonly sync: boolean;
}

type Batch = AbstractChainedBatch<StateLevel, Bytes, Bytes>;

interface RowPart {
  readonly rows: readonly StateRow[];
  readonly bytes: number;
  readonly isLast: boolean;
}

export class StateDatabase implements StateStore {
  readonly #level: StateLevel;
  readonly #options: StateDatabaseOptions;
  /** The position as last written, and the checksum of all rows there. */
  #written: WrittenChecksum = { applied: startPosition.applied, checksum: emptyChecksum };
  /** No entry on disk is newer. */
  #revision = startPosition.revision;
  readonly #startRows = new StartRows();
  /** Writes, and parts of a pass over all rows. */
  readonly #turns = new Turns();
  #pass: RowPass | undefined;

  constructor(level: StateLevel, options: StateDatabaseOptions = {}) {
    this.#level = level;
    this.#options = options;
  }

  get written(): WrittenChecksum {
    return this.#written;
  }

  async load(check: (position: Position) => void = () => {}): Promise<LoadedState> {
    const { position, checksum } = await this.#loadPosition();
    check(position);
    const reading = new StartReading(this.#startRows);
    if (!(await this.#loadAlone(position, reading))) await this.#loadAmongAll(checksum, reading);
    const loaded = reading.finish(position);
    this.#written = { applied: position.applied, checksum };
    this.#revision = position.revision;
    return loaded;
  }

  readHistory(bytesMax: number): Promise<ChangesSpan> {
    const { tables, history: log } = this.#options;
    const revision = this.#revision;
    if (log === undefined)
      return Promise.resolve({ after: revision, until: revision, changes: [] });
    return readHistory(this.#level, { log, tables, revision, bytesMax });
  }

  async readEntries(names: readonly string[]): Promise<CacheSlot[]> {
    const rowKeys = names.map(dataKeyOf);
    const rows = await attempt('read entries', async () => {
      await this.#options.tables?.expectIntact(rowKeys);
      return this.#level.getMany(rowKeys);
    });
    return names.map((name, index) => {
      const row = rows[index];
      const rowSum = row === undefined ? undefined : sumIn(row);
      return { name, entry: this.#openEntry(rowKeys[index], row), rowSum };
    });
  }

  async expectRangeIntact(range: NameRange): Promise<void> {
    await attempt('verify a range', async () => {
      await this.#options.tables?.expectIntactWithin(dataRange(range));
    });
  }

  openRange(range: NameRange, hasValues: boolean): RangeCursor {
    return new EntryRange(this.#level, { range, hasValues, revision: this.#revision });
  }

  async write({ entries, history, ...others }: StateChanges, pause?: Pause): Promise<void> {
    await attempt('write', async () => {
      const batch = this.#level.batch();
      // Safety: sessions and leases keep changing, so their rows are encoded before anything is awaited.
      const changes = this.#startRows.put(batch, others);
      const pace = new WritePace(pause);
      for (const change of entries) {
        changes.push(putChange(batch, change));
        const paused = pace.onRow(change.entry?.value.length ?? 0);
        if (paused !== undefined) await paused;
      }
      // Safety: on disk before the state. After a crash in between, the other order would leave a gap.
      await this.#options.history?.append(history, pace);
      await this.#turns.take(() => this.#commit(batch, changes, others.position));
    });
  }

  verifyRows(countMax: number): Promise<VerifiedRows> {
    return this.#turns.take(async () => {
      this.#pass ??= new RowPass();
      const { rows, bytes, isLast } = await this.#rowsAfter(this.#pass.last, countMax);
      this.#pass.take(rows);
      if (isLast) {
        this.#pass.finish(this.#written.checksum);
        this.#pass = undefined;
      }
      return { count: rows.length, bytes, isLast };
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

  /** The sessions and leases alone. Returns false if their checksum is not that of this position. */
  async #loadAlone({ applied }: Position, reading: StartReading): Promise<boolean> {
    const row = await attempt('read the checksum of the sessions', () =>
      this.#level.get(sessionsKey),
    );
    const expected = row && unseal(sessionsKey, row, toSessionsChecksum);
    if (expected?.applied !== applied) return false;
    for await (const [key, value] of this.#rows({ gte: sessionPrefix, lt: leasesEnd })) {
      reading.take(key, value);
    }
    const { checksum } = this.#startRows;
    if (isSameChecksum(checksum, expected.checksum)) return true;
    throw new StateError(
      'STATE_DAMAGED',
      `The state has ${checksum.count} sessions and leases of ${expected.checksum.count}, or their checksums differ.`,
    );
  }

  async #loadAmongAll(checksum: StateChecksum, reading: StartReading): Promise<void> {
    const audit = new RowAudit();
    for await (const [key, row] of this.#rows()) {
      audit.take([key, row]);
      reading.take(key, row);
    }
    audit.finish(checksum);
  }

  #openEntry(rowKey: Bytes | undefined, row: Bytes | undefined): CachedEntry | undefined {
    if (rowKey === undefined || row === undefined) return undefined;
    return toCachedEntry(readEntry(rowKey, row, this.#revision));
  }

  /** Errors of the database become StateErrors. Errors of the code that consumes the rows do not. */
  async *#rows(range: { gte?: Bytes; lt?: Bytes } = {}): AsyncGenerator<[Bytes, Bytes]> {
    const iterator = this.#level.iterator(range);
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

  /** Up to `countMax` rows with keys above `last`, fewer if they are large. `isLast`: there are no more. */
  async #rowsAfter(last: Bytes, countMax: number): Promise<RowPart> {
    const rows: StateRow[] = [];
    let bytes = 0;
    let isLast = false;
    const iterator = this.#level.iterator({ gt: last });
    try {
      while (!isLast && rows.length < countMax && bytes < bytesAtOnce) {
        const more = await attempt('read rows', () => iterator.nextv(countMax - rows.length));
        isLast = more.length === 0;
        for (const [key, row] of more) bytes += key.length + row.length;
        rows.push(...more);
      }
    } finally {
      await iterator.close();
    }
    return { rows, bytes, isLast };
  }

  async #commit(batch: Batch, changes: readonly RowChange[], position: Position): Promise<void> {
    const checksum = changes.reduce(checksumAfter, this.#written.checksum);
    const { applied, revision } = position;
    this.#revision = revision;
    const sessions = { applied, checksum: this.#startRows.checksum };
    batch.put(positionKey, seal(positionKey, fromPosition({ position, checksum })));
    batch.put(sessionsKey, seal(sessionsKey, fromSessionsChecksum(sessions)));
    const { journalIndex } = this.#options;
    if (journalIndex !== undefined) batch.put(journalKey, seal(journalKey, [journalIndex()]));
    const options: WriteOptions = { sync: true };
    await batch.write(options);
    this.#written = { applied, checksum };
    this.#pass?.onWritten(changes);
  }
}

function putChange(batch: Batch, { slot, entry }: Change): RowChange {
  const { name, rowSum: before } = slot;
  const key = dataKeyOf(name);
  const row = entry === undefined ? undefined : seal(key, fromEntry(fromCachedEntry(entry)));
  if (row === undefined) batch.del(key);
  else batch.put(key, row);
  slot.rowSum = row && sumIn(row);
  return { key, before, after: slot.rowSum };
}
