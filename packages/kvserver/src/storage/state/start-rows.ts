/**
 * The rows that a start reads: sessions and leases. They have a checksum of their own, so that a start verifies all
 * of them and reads no other rows.
 */
import type { Bytes, LeaseId, SessionId } from '@paxkv/protocol';
import type { AbstractChainedBatch } from 'abstract-level';
import type { Lease } from '../../state-machine/leases/lease.ts';
import type { Session } from '../../state-machine/sessions/session.ts';
import type { LoadedState, Position, StateChanges } from '../../state-machine/state-store.ts';
import { LeaseRows } from './lease-rows.ts';
import { isLeaseKey, isSessionKey, leaseKey, sessionKey } from './row-keys.ts';
import type { RowChange } from './row-pass.ts';
import { type StateChecksum, seal, sumIn, sumOfChecksums } from './rows.ts';
import { SessionRows } from './session-rows.ts';
import { SessionSums } from './session-sums.ts';
import type { StateLevel } from './state-database-options.ts';

type Batch = AbstractChainedBatch<StateLevel, Bytes, Bytes>;
type Written = { toRow(): readonly unknown[] } | undefined;

export class StartRows {
  readonly #sessions = new SessionSums();
  readonly #leases = new SessionSums();

  get checksum(): StateChecksum {
    return sumOfChecksums(this.#sessions.checksum, this.#leases.checksum);
  }

  /** Adds changes to a write. */
  put(batch: Batch, { sessions, leases }: Pick<StateChanges, 'sessions' | 'leases'>): RowChange[] {
    return [
      ...sessions.map(([id, session]) => {
        const [key, after] = putRow(batch, sessionKey(id), session);
        return { key, before: this.#sessions.replace(id, after), after };
      }),
      ...leases.map(([id, lease]) => {
        const [key, after] = putRow(batch, leaseKey(id), lease);
        return { key, before: this.#leases.replace(id, after), after };
      }),
    ];
  }

  onSession(id: SessionId, row: Bytes): void {
    this.#sessions.replace(id, sumIn(row));
  }

  onLease(id: LeaseId, row: Bytes): void {
    this.#leases.replace(id, sumIn(row));
  }
}

/** Reads the rows at a start. */
export class StartReading {
  readonly #rows: StartRows;
  readonly #sessionRows = new SessionRows();
  readonly #leaseRows = new LeaseRows();
  readonly #sessions: Session[] = [];
  readonly #leases: Lease[] = [];

  constructor(rows: StartRows) {
    this.#rows = rows;
  }

  /** Takes any row of the state, in any order. @throws StateError `STATE_DAMAGED` */
  take(key: Bytes, row: Bytes): void {
    if (isSessionKey(key)) {
      const session = this.#sessionRows.take(key, row);
      this.#rows.onSession(session.id, row);
      this.#sessions.push(session);
    } else if (isLeaseKey(key)) {
      const lease = this.#leaseRows.take(key, row);
      this.#rows.onLease(lease.id, row);
      this.#leases.push(lease);
    }
  }

  /** @throws StateError `STATE_DAMAGED` unless a state at `position` may have all of them. */
  finish(position: Position): LoadedState {
    this.#sessionRows.finish(position);
    this.#leaseRows.finish(position);
    return { position, sessions: this.#sessions, leases: this.#leases };
  }
}

function putRow(batch: Batch, key: Bytes, written: Written): [key: Bytes, sum: number | undefined] {
  const row = written && seal(key, written.toRow());
  if (row === undefined) batch.del(key);
  else batch.put(key, row);
  return [key, row && sumIn(row)];
}
