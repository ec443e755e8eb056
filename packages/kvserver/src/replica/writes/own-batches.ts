/**
 * Makes batches of the queued requests. The origin of a batch lets its replica recognize it in the log.
 * Rule: every write in a batch carries a stamp, so that the batch may be decided twice.
 */
import type { Request } from '@paxkv/protocol';
import { encodeBatch } from '../../state-machine/batch.ts';
import type { PendingRequest } from '../requests/pending-request.ts';
import type { PendingRequests } from '../requests/pending-requests.ts';
import type { OwnSession } from './own-session.ts';
import type { Batch } from './proposals.ts';

/** A batch with requests that wait here. */
export type OwnBatch = Batch & Required<Pick<Batch, 'requests'>>;

export interface OwnBatchesOptions {
  readonly node: number;
  /** Unique to this run of the replica. */
  readonly runId: number;
  readonly pending: PendingRequests;
  readonly session: OwnSession;
}

export class OwnBatches {
  readonly #options: OwnBatchesOptions;
  #count = 0;

  constructor(options: OwnBatchesOptions) {
    this.#options = options;
  }

  /** Encodes the oldest queued requests as one batch; they count as proposed. `undefined` if there are none. */
  next(): OwnBatch | undefined {
    const { node, runId, pending } = this.#options;
    const requests: PendingRequest[] = [];
    const stamped: Request[] = [];
    pending.takeBatch((candidate) => {
      const request = this.#stamped(candidate);
      if (request === undefined) return false;
      requests.push(candidate);
      stamped.push(request);
      return true;
    });
    if (requests.length === 0) return undefined;
    this.#count += 1;
    const origin = { node, runId, number: this.#count };
    return { origin, requests, value: encodeBatch({ origin, requests: stamped }) };
  }

  /** The request as written to the log, or `undefined` if it must wait for a stamp. */
  #stamped(pending: PendingRequest): Request | undefined {
    const { request } = pending;
    const { command, stamp, principal } = request;
    if (stamp !== undefined || command.type === 'openSession') return request;
    const own = this.#options.session.stamp(pending);
    return own && { command, stamp: own, ...(principal && { principal }) };
  }
}
