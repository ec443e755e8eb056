/** Removes the first keys of a range at one revision. */
import { deleteRangeBytesMax, deleteRangeKeysMax } from '@paxkv/protocol';
import type { CacheSlot } from '../cached-entry.ts';
import { fromText } from '../latin1.ts';

/** How much one command removes. It depends on the entries alone, so that all replicas remove the same. */
export class RemovalBound {
  #keys = 0;
  #bytes = 0;

  /** Counts one more present key. Returns false if the command must leave it. */
  take({ entry }: CacheSlot): boolean {
    if (this.#keys >= deleteRangeKeysMax || this.#bytes >= deleteRangeBytesMax) return false;
    this.#keys += 1;
    this.#bytes += entry?.value.length ?? 0;
    return true;
  }
}

export interface Removal {
  readonly removed: readonly CacheSlot[];
  readonly next: Uint8Array | undefined;
}

/** `slots`: the present keys of the range in order, up to the first that the command must leave. */
export function removalOf(slots: readonly CacheSlot[]): Removal {
  const bound = new RemovalBound();
  const left = slots.find((slot) => !bound.take(slot));
  if (left === undefined) return { removed: slots, next: undefined };
  return { removed: slots.slice(0, slots.indexOf(left)), next: fromText(left.name) };
}
