/**
 * What each client has pending: how many requests, and how many bytes. Clients share both bounds, so that one with
 * thousands of requests leaves room for the others.
 */
import { type Client, localClient } from '../../budget/client.ts';
import { type Account, FairBound } from '../../budget/fair-bound.ts';
import { overloaded } from '../../budget/overloaded.ts';
import type { Limits } from '../../config/settings.ts';

/** What one client has pending. */
interface Share {
  readonly count: Account;
  readonly bytes: Account;
}

export class PendingShares {
  readonly #count: FairBound;
  readonly #bytes: FairBound;
  readonly #shares = new Map<Client, Share>();

  constructor(limits: Pick<Limits, 'pendingRequestCountMax' | 'pendingBytesMax'>) {
    this.#count = new FairBound(limits.pendingRequestCountMax);
    this.#bytes = new FairBound(limits.pendingBytesMax);
  }

  get count(): number {
    return this.#count.used;
  }

  get bytes(): number {
    return this.#bytes.used;
  }

  /** Counts a request. @throws KvError `KV_OVERLOADED` if its client has its share of a bound already. */
  take(client: Client, bytes: number): void {
    if (client === localClient) {
      this.add(client, bytes);
      return;
    }
    const share = this.#shareOf(client);
    if (!share.count.take(1)) this.#refuse(client, 'pendingRequestCountMax');
    if (share.bytes.take(bytes)) return;
    share.count.giveBack(1);
    this.#refuse(client, 'pendingBytesMax');
  }

  /** Counts a request that must not be refused. */
  add(client: Client, bytes: number): void {
    const { count, bytes: held } = this.#shareOf(client);
    count.add(1);
    held.add(bytes);
  }

  /** A request is settled. */
  giveBack(client: Client, bytes: number): void {
    const { count, bytes: held } = this.#shareOf(client);
    count.giveBack(1);
    held.giveBack(bytes);
    this.#closeIfEmpty(client);
  }

  #shareOf(client: Client): Share {
    const known = this.#shares.get(client);
    if (known !== undefined) return known;
    const share = { count: this.#count.open(client), bytes: this.#bytes.open(client) };
    this.#shares.set(client, share);
    return share;
  }

  #closeIfEmpty(client: Client): void {
    const share = this.#shares.get(client);
    if (share === undefined || share.count.used > 0) return;
    share.count.close();
    share.bytes.close();
    this.#shares.delete(client);
  }

  #refuse(client: Client, bound: 'pendingRequestCountMax' | 'pendingBytesMax'): never {
    this.#closeIfEmpty(client);
    throw overloaded(`${bound}: this client has its share of what may be pending`);
  }
}
