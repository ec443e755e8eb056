/** Leases by their ids. They do not renew themselves: see `KvClient.lease` for that. */
import type { LeaseId } from '@paxkv/protocol';
import type { Calls } from '../calls.ts';
import type { CallOptions } from '../options.ts';
import type { WriteResult } from '../results.ts';
import { toTtlMs } from './ttl.ts';

/** Leases by their ids, for programs that renew them themselves, or that end the lease of another one. */
export class Leases {
  readonly #calls: Pick<Calls, 'write'>;

  /** @internal */
  constructor(calls: Pick<Calls, 'write'>) {
    this.#calls = calls;
  }

  /** Makes a lease that ends after `ttlMs`, from 1,000 to 86,400,000. @throws KvError with the outcome; TypeError */
  async grant(ttlMs: number, options?: CallOptions): Promise<LeaseId> {
    const command = { type: 'grantLease', ttlMs: toTtlMs(ttlMs) } as const;
    return (await this.#calls.write(command, options)).lease;
  }

  /** Gives the lease its whole time again, which is returned. @throws KvError, `KV_NO_SUCH_LEASE` if it has ended */
  async renew(lease: LeaseId, options?: CallOptions): Promise<number> {
    return (await this.#calls.write({ type: 'renewLease', lease }, options)).ttlMs;
  }

  /** Ends the lease and deletes its keys. @throws KvError, `KV_NO_SUCH_LEASE` if it has ended */
  async revoke(lease: LeaseId, options?: CallOptions): Promise<WriteResult<'revokeLease'>> {
    const { revision, deleted } = await this.#calls.write({ type: 'revokeLease', lease }, options);
    return { revision, deleted };
  }
}
