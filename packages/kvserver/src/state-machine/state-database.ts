/**
 * The state database: rows of `keys.ts` in any `abstract-level` database. One batch carries all that a
 * run of instances changed together with its position, so a crash leaves the state of one position.
 */
import { createHash } from 'node:crypto';
import type { AbstractBatchOperation, AbstractBatchOptions, AbstractLevel } from 'abstract-level';
import type { Bytes, Entry } from './command.ts';
import { fromPosition, type Position, startPosition, toPosition } from './position.ts';
import { fromEntry, toEntry } from './rows/entry-row.ts';
import {
  dataKey,
  flushedKey,
  fromSessionKey,
  nameOf,
  positionKey,
  sessionKey,
  sessionRange,
} from './rows/keys.ts';
import { pack, type Row } from './rows/packed.ts';
import { seal, unseal } from './rows/sealed-row.ts';
import { Session } from './session.ts';
import { StateError } from './state-error.ts';
import type { Place } from './store.ts';

/** Open, with `keyEncoding` and `valueEncoding` both `'view'`. */
export type StateLevel = AbstractLevel<string | Buffer | Uint8Array, Bytes, Bytes>;

/** What one run of instances did. */
export interface StateChanges {
  /** Where each session left off; `undefined` for one put out. */
  readonly sessions: readonly (readonly [id: number, session: Session | undefined])[];
  readonly places: Iterable<Place>;
  readonly position: Position;
}

interface WriteOptions extends AbstractBatchOptions<Bytes, Bytes> {
  /** Whether the write is on disk when it resolves. Databases without a disk pay it no heed. */
  readonly sync: boolean;
}

type Operation = AbstractBatchOperation<StateLevel, Bytes, Bytes>;

/** Every method throws StateError: `STATE_FAILED` from the database, `STATE_DAMAGED` from a row. */
export class StateDatabase {
  readonly #level: StateLevel;

  constructor(level: StateLevel) {
    this.#level = level;
  }

  /** @throws StateError also `STATE_UNKNOWN_FORMAT` */
  async loadPosition(): Promise<Position> {
    const row = await attempt('read the position', () => this.#level.get(positionKey));
    if (row !== undefined) return unseal(positionKey, row, toPosition);
    const keys = await attempt('look for rows', () => this.#level.keys({ limit: 1 }).all());
    if (keys.length === 0) return startPosition;
    throw new StateError('STATE_DAMAGED', 'The state database has rows, but no position.');
  }

  async loadSessions(): Promise<Session[]> {
    const rows = await attempt('read sessions', () => this.#level.iterator(sessionRange).all());
    return rows.map(([key, row]) =>
      unseal(key, row, (fields) => Session.fromRow(fromSessionKey(key), fields)),
    );
  }

  /** What each of `keys` holds, in their order. */
  async readPlaces(keys: readonly Bytes[]): Promise<Place[]> {
    const rowKeys = keys.map(dataKey);
    const rows = await attempt('read entries', () => this.#level.getMany(rowKeys));
    return keys.map((key, index) => ({ key, entry: openEntry(rowKeys[index], rows[index]) }));
  }

  async write({ places, sessions, position }: StateChanges, sync: boolean): Promise<void> {
    const operations: Operation[] = [put(positionKey, fromPosition(position))];
    for (const { key, entry } of places) {
      operations.push(entry ? put(dataKey(key), fromEntry(entry)) : remove(dataKey(key)));
    }
    for (const [id, session] of sessions) {
      operations.push(session ? put(sessionKey(id), session.toRow()) : remove(sessionKey(id)));
    }
    await this.#batch(operations, sync);
  }

  /** Puts on disk all that was written before. */
  async flush(applied: number): Promise<void> {
    await this.#batch([put(flushedKey, [applied])], true);
  }

  /** Over every row of the state, in order. Takes as long as reading them all. */
  async contentHash(): Promise<string> {
    const hash = createHash('sha256');
    await attempt('read every row', async () => {
      for await (const [key, row] of this.#level.iterator()) {
        if (nameOf(key) !== nameOf(flushedKey)) hash.update(pack([key, row]));
      }
    });
    return hash.digest('hex');
  }

  async #batch(operations: Operation[], sync: boolean): Promise<void> {
    const options: WriteOptions = { sync };
    await attempt('write', () => this.#level.batch(operations, options));
  }
}

function openEntry(rowKey: Bytes | undefined, row: Bytes | undefined): Entry | undefined {
  return rowKey === undefined || row === undefined ? undefined : unseal(rowKey, row, toEntry);
}

function put(key: Bytes, row: Row): Operation {
  return { type: 'put', key, value: seal(key, row) };
}

function remove(key: Bytes): Operation {
  return { type: 'del', key };
}

async function attempt<T>(what: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (cause) {
    throw new StateError('STATE_FAILED', `The state database could not ${what}.`, cause);
  }
}
