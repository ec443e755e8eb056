/**
 * Makes batches of what is queued, each with an origin of its own by which its replica knows it again.
 * Rule: every write in a batch carries a stamp, so that a batch may be decided twice.
 */
import type { Bytes, Request } from '@paxkv/protocol';
import { encodeBatch } from '../../state-machine/batch.ts';
import type { ReplicaOptions } from '../replica-options.ts';
import type { PendingRequest } from '../requests/pending-request.ts';
import type { PendingRequests } from '../requests/pending-requests.ts';
import type { OwnSession } from './own-session.ts';
import type { Batch } from './proposals.ts';

/** A batch whose requests are awaited here. */
export type OwnBatch = Batch & Required<Pick<Batch, 'requests'>>;

export interface OwnBatchesOptions extends Pick<ReplicaOptions, 'me' | 'runId'> {
  readonly pending: PendingRequests;
  readonly session: OwnSession;
}

export class OwnBatches {
  readonly #options: OwnBatchesOptions;
  #count = 0;

  constructor(options: OwnBatchesOptions) {
    this.#options = options;
  }

  /** The oldest requests that are queued, encoded once and for all; they count as proposed. */
  next(): OwnBatch | undefined {
    const requests: PendingRequest[] = [];
    const stamped: Request[] = [];
    this.#options.pending.takeBatch((pending) => {
      const request = this.#stamped(pending);
      if (request === undefined) return false;
      requests.push(pending);
      stamped.push(request);
      return true;
    });
    if (requests.length === 0) return undefined;
    this.#count += 1;
    const { me: node, runId } = this.#options;
    const number = this.#count;
    return { origin: { node, runId, number }, requests, value: this.#encode(stamped, number) };
  }

  /** The request as it goes into the log; `undefined` if it has to wait for a stamp. */
  #stamped(pending: PendingRequest): Request | undefined {
    const { request } = pending;
    const { command, stamp } = request;
    if (stamp !== undefined || command.type === 'openSession') return request;
    const own = this.#options.session.stamp(pending);
    return own && { command, stamp: own };
  }

  #encode(requests: readonly Request[], number: number): Bytes {
    const { me, runId } = this.#options;
    return encodeBatch({ origin: { node: me, runId, number }, requests });
  }
}
