/** Makes batches of what is queued, each with an origin of its own by which its replica knows it again. */
import { encodeBatch } from '../state-machine/batch.ts';
import type { Bytes, Request } from '../state-machine/command.ts';
import type { PendingRequests } from './pending-requests.ts';
import type { OwnBatch } from './proposals.ts';
import type { ReplicaOptions } from './replica-options.ts';

export class OwnBatches {
  readonly #pending: PendingRequests;
  readonly #options: Pick<ReplicaOptions, 'me' | 'boot'>;
  #count = 0;

  constructor(pending: PendingRequests, options: Pick<ReplicaOptions, 'me' | 'boot'>) {
    this.#pending = pending;
    this.#options = options;
  }

  /** What cannot be encoded alone must not spoil the batch of others. @throws TypeError */
  expectEncodable(request: Request): void {
    this.#encode([request], 0);
  }

  /** The oldest requests that are queued, encoded once and for all; they count as proposed. */
  next(): OwnBatch | undefined {
    const requests = this.#pending.takeBatch();
    if (requests.length === 0) return undefined;
    this.#count += 1;
    const number = this.#count;
    const value = this.#encode(
      requests.map(({ request }) => request),
      number,
    );
    return { number, requests, value };
  }

  #encode(requests: readonly Request[], number: number): Bytes {
    const { me, boot } = this.#options;
    return encodeBatch({ origin: { node: me, boot, number }, requests });
  }
}
