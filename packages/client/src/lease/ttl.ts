/** Times to live, as programs give them. */
import { leaseTtlMsMax, leaseTtlMsMin } from '@paxkv/protocol';

/** @throws TypeError unless it is a whole number of milliseconds in its range. */
export function toTtlMs(ttlMs: number): number {
  if (Number.isInteger(ttlMs) && ttlMs >= leaseTtlMsMin && ttlMs <= leaseTtlMsMax) return ttlMs;
  throw new TypeError(
    `ttlMs is ${String(ttlMs)}; it must be a whole number from ${leaseTtlMsMin} to ${leaseTtlMsMax}`,
  );
}
