/**
 * The state database: rows of `keys.ts` in any `abstract-level` database. One flushed batch carries all
 * that changed since the last one together with the position reached, so a crash leaves the state of
 * one position. Beside the position lies a tally of all rows, so that none can vanish unnoticed.
 */
import { createHash } from 'node:crypto';
import type { AbstractBatchOperation, AbstractBatchOptions, AbstractLevel } from 'abstract-level';
import { attempt } from './attempt.ts';
import type { Bytes, Entry } from './command.ts';
import type { Place } from './place.ts';
import {
  fromPosition,
  type Position,
  startPosition,
  type TalliedPosition,
  toPosition,
} from './position.ts';
import { RowAudit } from './row-audit.ts';
import { fromEntry, toEntry } from './rows/entry-row.ts';
import {
  dataKey,
  fromSessionKey,
  isLocalKey,
  isSessionKey,
  journalKey,
  keyOf,
  positionKey,
  sessionKey,
} from './rows/keys.ts';
import { pack, type Row } from './rows/packed.ts';
import { seal, sumIn, unseal } from './rows/sealed-row.ts';
import { Session } from './session.ts';
import { StateError } from './state-error.ts';
import { noRows, tallyAfter } from './tally.ts';

/** Open, with `keyEncoding` and `valueEncoding` both `'view'`. */
export type StateLevel = AbstractLevel<string | Buffer | Uint8Array, Bytes, Bytes>;

/** What the instances since the last write did, up to a position. */
export interface StateChanges {
  /** Where each session left off; `undefined` for one put out. */
  readonly sessions: readonly (readonly [id: number, session: Session | undefined])[];
  readonly places: Iterable<Place>;
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

type Operation = AbstractBatchOperation<StateLevel, Bytes, Bytes>;

/** Every method throws StateError: `STATE_FAILED` from the database, `STATE_DAMAGED` from a row. */
export class StateDatabase {
  readonly #level: StateLevel;
  readonly #journalTurn: (() => number) | undefined;
  /** Of the rows as last given to a write. */
  #tally = noRows;
  /** The checksums of the rows of sessions, by id. */
  readonly #sessionSums = new Map<number, number>();

  /** `journalTurn` tells how far the journal has come that lies beside this state. */
  constructor(level: StateLevel, journalTurn?: () => number) {
    this.#level = level;
    this.#journalTurn = journalTurn;
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
  async readPlaces(names: readonly string[]): Promise<Place[]> {
    const rowKeys = names.map((name) => dataKey(keyOf(name)));
    const rows = await attempt('read entries', () => this.#level.getMany(rowKeys));
    return names.map((name, index) => {
      const row = rows[index];
      const rowSum = row === undefined ? undefined : sumIn(row);
      return { name, entry: openEntry(rowKeys[index], row), rowSum };
    });
  }

  /**
   * Durable when it resolves. To be called again only then. From the call on, each place knows the
   * checksum of its new row.
   */
  async write({ places, sessions, position }: StateChanges): Promise<void> {
    // Safety: all rows are made before anything is awaited, so they are of one position.
    const operations: Operation[] = [];
    for (const place of places) operations.push(this.#toPlace(place));
    for (const [id, session] of sessions) operations.push(this.#toSession(id, session));
    const tally = this.#tally;
    operations.push(toOperation(positionKey, fromPosition({ position, tally })));
    if (this.#journalTurn !== undefined) {
      operations.push(toOperation(journalKey, [this.#journalTurn()]));
    }
    const options: WriteOptions = { sync: true };
    await attempt('write', () => this.#level.batch(operations, options));
  }

  /** Over every row of the state, in order. Takes as long as reading them all. */
  async contentHash(): Promise<string> {
    const hash = createHash('sha256');
    for await (const [key, row] of this.#rows()) {
      if (!isLocalKey(key)) hash.update(pack([key, row]));
    }
    return hash.digest('hex');
  }

  async #loadPosition(): Promise<TalliedPosition> {
    const row = await attempt('read the position', () => this.#level.get(positionKey));
    if (row !== undefined) return unseal(positionKey, row, toPosition);
    const keys = await attempt('look for rows', () => this.#level.keys({ limit: 1 }).all());
    if (keys.length === 0) return { position: startPosition, tally: noRows };
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

  #toPlace(place: Place): Operation {
    const { name, entry, rowSum } = place;
    const operation = toOperation(dataKey(keyOf(name)), entry && fromEntry(entry));
    place.rowSum = sumOf(operation);
    // From now on the value is kept as a part of its row, so that the batch it came in can go.
    if (entry !== undefined && operation.type === 'put') {
      place.entry = { ...entry, value: valueIn(operation.value, entry) };
    }
    this.#tally = tallyAfter(this.#tally, { before: rowSum, after: place.rowSum });
    return operation;
  }

  #toSession(id: number, session: Session | undefined): Operation {
    const operation = toOperation(sessionKey(id), session?.toRow());
    const [before, after] = [this.#sessionSums.get(id), sumOf(operation)];
    this.#tally = tallyAfter(this.#tally, { before, after });
    if (after === undefined) this.#sessionSums.delete(id);
    else this.#sessionSums.set(id, after);
    return operation;
  }
}

function openEntry(rowKey: Bytes | undefined, row: Bytes | undefined): Entry | undefined {
  return rowKey === undefined || row === undefined ? undefined : unseal(rowKey, row, toEntry);
}

/** A row ends with its value. */
function valueIn(row: Bytes, { value }: Entry): Bytes {
  return row.subarray(row.length - value.length);
}

function toOperation(key: Bytes, row: Row | undefined): Operation {
  return row === undefined ? { type: 'del', key } : { type: 'put', key, value: seal(key, row) };
}

/** The checksum of the row that the operation leaves, if it leaves one. */
function sumOf(operation: Operation): number | undefined {
  return operation.type === 'put' ? sumIn(operation.value) : undefined;
}
