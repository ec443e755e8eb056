/**
 * Reads a whole state, row by row and in any order, as a start loads it: a transfer from another server and the
 * verification of a backup use the same functions as `state-database.ts`.
 * Rule: what is accepted here can be loaded, and every command can be applied to it.
 */
import type { Bytes } from '@paxkv/protocol';
import { authLevel } from '../../state-machine/features.ts';
import { StateError } from '../../state-machine/state-error.ts';
import { nameOf } from '../../state-machine/store/latin1.ts';
import { readEntry } from './entry-row.ts';
import { LeaseRows } from './lease-rows.ts';
import { RowAudit, type StateRow } from './row-audit.ts';
import { isAuthKey, isLeaseKey, isMetaKey, isSessionKey, positionKey } from './row-keys.ts';
import { toPosition, unseal, type VerifiedPosition } from './rows.ts';
import { SessionRows } from './session-rows.ts';

export class StateReader {
  readonly #audit = new RowAudit();
  readonly #sessions = new SessionRows();
  readonly #leases = new LeaseRows();
  #position: VerifiedPosition | undefined;
  #latestRevision = 0;
  #hasAuth = false;

  /** @throws StateError `STATE_DAMAGED`, `STATE_UNKNOWN_FORMAT` */
  take([key, row]: StateRow): void {
    this.#audit.take([key, row]);
    if (isSessionKey(key)) this.#sessions.take(key, row);
    else if (isLeaseKey(key)) this.#leases.take(key, row);
    else if (isMetaKey(key)) this.#takePosition(key, row);
    else this.#takeEntry(key, row);
  }

  /** Called after the last row. @throws StateError `STATE_DAMAGED` unless the rows are those of one state. */
  finish(): VerifiedPosition {
    if (this.#position === undefined) throw damaged('it has no position');
    const { position, checksum } = this.#position;
    this.#audit.finish(checksum);
    this.#sessions.finish(position);
    this.#leases.finish(position);
    if (this.#latestRevision > position.revision) throw damaged('an entry is newer than it');
    if (this.#hasAuth && position.featureLevel < authLevel) {
      throw damaged('it has an auth table below the level that has one');
    }
    return this.#position;
  }

  #takePosition(key: Bytes, row: Bytes): void {
    // Safety: the other rows of this kind tell of one copy of the state, and another server's would pass for the own.
    if (nameOf(key) !== nameOf(positionKey)) throw damaged('a row concerns one copy of it only');
    if (this.#position !== undefined) throw damaged('it has two positions');
    this.#position = unseal(key, row, toPosition);
  }

  #takeEntry(key: Bytes, row: Bytes): void {
    const { modRevision } = readEntry(key, row);
    this.#latestRevision = Math.max(this.#latestRevision, modRevision);
    if (isAuthKey(key)) this.#hasAuth = true;
  }
}

function damaged(what: string): StateError {
  return new StateError('STATE_DAMAGED', `The state is damaged: ${what}.`);
}
