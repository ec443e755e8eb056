/** The calls that leases and locks consist of, and the time that they go by. */
import { KvError } from '@paxkv/protocol';
import type { Calls } from '../calls.ts';
import type { Clock, Random } from '../environment.ts';

export interface LeaseParts {
  readonly calls: Pick<Calls, 'read' | 'write'>;
  readonly clock: Clock;
  readonly random: Random;
}

/** The error that the signal of a lease, or of what depends on it, gives as its reason. */
export function leaseLost(what: string, cause?: unknown): KvError {
  const message = `${what} may be over: it was not renewed in time, or it was ended`;
  return new KvError('KV_LEASE_LOST', message, { cause });
}
