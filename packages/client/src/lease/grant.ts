/** Makes leases that renew themselves. */
import { type CallOptions, callOptionNames, checkNames } from '../options.ts';
import { Lease } from './lease.ts';
import type { LeaseParts } from './lease-calls.ts';
import { toTtlMs } from './ttl.ts';

/** @throws KvError, TypeError */
export async function grant(
  parts: LeaseParts,
  options: CallOptions & { readonly ttlMs: number },
): Promise<Lease> {
  checkNames(options, [...callOptionNames, 'ttlMs']);
  const { ttlMs: given, ...limits } = options;
  const ttlMs = toTtlMs(given);
  const begunMs = parts.clock.now();
  const { lease: id } = await parts.calls.write({ type: 'grantLease', ttlMs }, limits);
  return new Lease(parts, { id, ttlMs, begunMs });
}
