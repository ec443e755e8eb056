/** Ranges as abstract-level has them, and as the client has them. */
import type { RangeInput } from '@paxkv/client';
import { type Bytes, compareBytes } from '@paxkv/protocol';

/** The range options of abstract-level, encoded. */
export interface EncodedRange {
  readonly gt?: Bytes;
  readonly gte?: Bytes;
  readonly lt?: Bytes;
  readonly lte?: Bytes;
}

/** The keys from `from` on, below `to`. Unlike in a {@link RangeInput}, an empty `to` is above no key. */
export interface Bounds {
  readonly from: Bytes;
  /** `undefined`: no upper bound. */
  readonly to: Bytes | undefined;
}

/** `gte` and `lte` are stronger than `gt` and `lt`. */
export function boundsOf({ gt, gte, lt, lte }: EncodedRange): Bounds {
  return {
    from: gte ?? (gt === undefined ? new Uint8Array() : after(gt)),
    to: lte === undefined ? lt : after(lte),
  };
}

/** Whether no key is within these bounds, whatever the store holds. */
export function isEmpty({ from, to }: Bounds): boolean {
  return to !== undefined && compareBytes(from, to) >= 0;
}

/** The bounds of what an iterator reads from `target` on; empty if `target` is outside of `bounds`. */
export function boundsFrom(target: Bytes, bounds: Bounds, isReverse: boolean): Bounds {
  const { from, to } = bounds;
  const isBelow = compareBytes(target, from) < 0;
  const isAbove = to !== undefined && compareBytes(target, to) >= 0;
  if (isBelow || isAbove) return { from, to: new Uint8Array() };
  return isReverse ? { from, to: after(target) } : { from: target, to };
}

/** Only for bounds that are not empty. */
export function toRange({ from, to }: Bounds): RangeInput {
  return to === undefined ? { from } : { from, to };
}

/** The first key after `key`. */
function after(key: Bytes): Bytes {
  const next = new Uint8Array(key.length + 1);
  next.set(key);
  return next;
}
