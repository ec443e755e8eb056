/**
 * The rows of all leases of one state: what each says, and what all of them have in common.
 * Rule: what is accepted here can be loaded, renewed and ended.
 */
import { type Bytes, isId128, type LeaseId } from '@paxkv/protocol';
import { leaseLevel } from '../../state-machine/features.ts';
import { Lease } from '../../state-machine/leases/lease.ts';
import { leaseLimits } from '../../state-machine/leases/leases.ts';
import { StateError } from '../../state-machine/state-error.ts';
import type { Position } from '../../state-machine/state-store.ts';
import { fromLeaseKey } from './row-keys.ts';
import { unseal } from './rows.ts';

export class LeaseRows {
  readonly #names = new Set<string>();
  #count = 0;
  #bytes = 0;

  /** Reads the next row, in any order. @throws StateError `STATE_DAMAGED` */
  take(key: Bytes, row: Bytes): Lease {
    const lease = unseal(key, row, (fields) => Lease.fromRow(toId(key), fields));
    this.#count += 1;
    this.#bytes += lease.bytes;
    expect(this.#bytes <= leaseLimits.bytesMax, 'its leases take more bytes than they may');
    for (const name of lease.names) {
      expect(!this.#names.has(name), 'a key has two leases');
      this.#names.add(name);
    }
    return lease;
  }

  /** Called after the last row. @throws StateError `STATE_DAMAGED` unless a state at `position` may have all of them. */
  finish({ featureLevel }: Position): void {
    expect(this.#count === 0 || featureLevel >= leaseLevel, 'it has leases below their level');
  }
}

function toId(key: Bytes): LeaseId {
  const id = fromLeaseKey(key);
  if (isId128(id)) return id;
  throw new TypeError('The key names no lease.');
}

function expect(isRight: boolean, what: string): void {
  if (!isRight) throw new StateError('STATE_DAMAGED', `The state is damaged: ${what}.`);
}
