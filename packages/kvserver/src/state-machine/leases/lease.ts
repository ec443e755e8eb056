/** A lease: the keys that are deleted when it ends, and how often it was renewed, by which an expiry is judged. */
import {
  keyBytesMax,
  type LeaseId,
  leaseKeysMax,
  leaseTtlMsMax,
  leaseTtlMsMin,
  type Row,
  toBytes,
  toCount,
  toFlag,
  toRow,
  toText,
} from '@paxkv/protocol';
import { isOwnerText } from '../sessions/opening.ts';
import { fromText, nameOf } from '../store/latin1.ts';

/** About how many bytes a lease takes in memory besides its keys, and a key besides its name. */
const overheadBytes = 256;
const keyOverheadBytes = 64;

export interface LeaseFields {
  readonly id: LeaseId;
  /** The user or the address that made it, as the owner of a session. */
  readonly owner: string;
  /** Milliseconds that it lasts after it was granted or renewed. */
  readonly ttlMs: number;
  /** Whether it was made for one key: it ends with that key. */
  readonly isOfOneKey: boolean;
}

export class Lease {
  readonly id: LeaseId;
  readonly owner: string;
  readonly ttlMs: number;
  readonly isOfOneKey: boolean;
  #renewals = 0;
  #bytes = overheadBytes;
  /** The names of its keys: see `nameOf`. */
  readonly #names = new Set<string>();

  constructor({ id, owner, ttlMs, isOfOneKey }: LeaseFields) {
    this.id = id;
    this.owner = owner;
    this.ttlMs = ttlMs;
    this.isOfOneKey = isOfOneKey;
  }

  /** How often it was renewed. */
  get renewals(): number {
    return this.#renewals;
  }

  /** About how many bytes it takes in memory. */
  get bytes(): number {
    return this.#bytes;
  }

  /** The names of its keys in the order in which they were attached. */
  get names(): ReadonlySet<string> {
    return this.#names;
  }

  renew(): void {
    this.#renewals += 1;
  }

  attach(name: string): void {
    if (this.#names.has(name)) return;
    this.#names.add(name);
    this.#bytes += bytesOfName(name);
  }

  detach(name: string): void {
    if (this.#names.delete(name)) this.#bytes -= bytesOfName(name);
  }

  toRow(): Row {
    const keys = Array.from(this.#names, fromText);
    return [this.owner, this.ttlMs, this.#renewals, this.isOfOneKey, keys];
  }

  /** @throws TypeError unless the row is that of a lease. */
  static fromRow(id: LeaseId, [ownerField, ttl, renewals, isOfOneKey, keys]: Row): Lease {
    const [owner, ttlMs] = [toText(ownerField), toCount(ttl, leaseTtlMsMin)];
    if (!isOwnerText(owner) || ttlMs > leaseTtlMsMax) {
      throw new TypeError('The lease has an owner or a time to live that no lease has.');
    }
    const lease = new Lease({ id, owner, ttlMs, isOfOneKey: toFlag(isOfOneKey) });
    lease.#renewals = toCount(renewals);
    for (const field of toRow(keys)) lease.#restore(toBytes(field));
    return lease;
  }

  #restore(key: Uint8Array): void {
    const name = nameOf(key);
    const isKey = key.length >= 1 && key.length <= keyBytesMax;
    if (!isKey || this.#names.has(name) || this.#names.size >= leaseKeysMax) {
      throw new TypeError('The lease has a key that it cannot have.');
    }
    this.attach(name);
  }
}

/** About how many bytes a key takes in its lease. */
export function bytesOfName({ length }: string): number {
  return keyOverheadBytes + length;
}
