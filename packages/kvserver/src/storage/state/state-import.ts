/**
 * Writes a whole state, row by row, into an empty database.
 * Rule: the position is written last, once every row has arrived and was verified. Without it, no state exists.
 */
import { expectLevel, type LevelRange, thisVersion } from '../../state-machine/features.ts';
import { StateError } from '../../state-machine/state-error.ts';
import type { Position } from '../../state-machine/state-store.ts';
import { attempt } from './attempt.ts';
import type { StateRow } from './row-audit.ts';
import { isLeaseKey, isMetaKey, isSessionKey, positionKey, sessionsKey } from './row-keys.ts';
import { checksumAfter, emptyChecksum, fromPosition, seal, sumIn } from './rows.ts';
import { fromSessionsChecksum } from './session-sums.ts';
import type { StateLevel, WriteOptions } from './state-database.ts';
import { StateReader } from './state-reader.ts';

export class StateImport {
  readonly #level: StateLevel;
  readonly #reader = new StateReader();
  readonly #version: LevelRange;
  /** The checksum of the sessions and leases. */
  #sessions = emptyChecksum;

  /** `level` must be open and empty. `version`: the version that will use the state. */
  constructor(level: StateLevel, version: LevelRange = thisVersion) {
    this.#level = level;
    this.#version = version;
  }

  /**
   * @throws StateError `STATE_DAMAGED` for a row that is not as it was written, or that no server can use;
   *   `STATE_UNKNOWN_FORMAT`; `STATE_FAILED`.
   */
  async add(rows: readonly StateRow[]): Promise<void> {
    for (const row of rows) {
      this.#reader.take(row);
      if (isSessionKey(row[0]) || isLeaseKey(row[0]))
        this.#sessions = checksumAfter(this.#sessions, added(row));
    }
    const others = rows.filter(([key]) => !isMetaKey(key));
    await this.#write(others, false);
  }

  /**
   * Completes the state at position `applied`, durably once it resolves, and resolves with the whole position.
   * `change`: what of it differs in another cluster.
   *
   * @throws StateError `STATE_DAMAGED` if rows are missing or surplus, or if the position differs;
   *   `STATE_LEVEL_UNSUPPORTED` if this version cannot run at the feature level of the state.
   */
  async finish(applied: number, change = unchanged): Promise<Position> {
    // Safety: the position states how many rows there must be. It is written only if all of them have arrived.
    const { position: taken, checksum } = this.#reader.finish();
    if (taken.applied !== applied) {
      const message = `The state is at instance ${taken.applied}, not ${applied}.`;
      throw new StateError('STATE_DAMAGED', message);
    }
    expectLevel(this.#version, taken.featureLevel);
    const position = change(taken);
    const row = seal(positionKey, fromPosition({ position, checksum }));
    const sessions = fromSessionsChecksum({ applied, checksum: this.#sessions });
    await this.#write(
      [
        [positionKey, row],
        [sessionsKey, seal(sessionsKey, sessions)],
      ],
      true,
    );
    return position;
  }

  async #write(rows: readonly StateRow[], sync: boolean): Promise<void> {
    const puts = rows.map(([key, value]) => ({ type: 'put', key, value }) as const);
    const options: WriteOptions = { sync };
    await attempt('write the rows of a state', () => this.#level.batch(puts, options));
  }
}

function unchanged(position: Position): Position {
  return position;
}

function added([, row]: StateRow): { before: undefined; after: number } {
  return { before: undefined, after: sumIn(row) };
}
