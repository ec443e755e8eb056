/**
 * Makes batches of the queued requests. The origin of a batch lets its replica recognize it in the log.
 * Rule: every write in a batch carries a stamp, so that the batch may be decided twice.
 */
import type { Bytes } from '@paxkv/protocol';
import type { ProposedRequest } from '../../state-machine/batch.ts';
import { localOwner, type Opening, userOwner } from '../../state-machine/sessions/opening.ts';
import type { Values } from '../../state-machine/values.ts';
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
  readonly values: Pick<Values, 'encode'>;
  /** Draws the 16 random bytes of a session that a request opens; `undefined` while ids are counted. */
  readonly drawEntropy: () => Bytes | undefined;
}

export class OwnBatches {
  readonly #options: OwnBatchesOptions;
  #count = 0;

  constructor(options: OwnBatchesOptions) {
    this.#options = options;
  }

  /** Encodes the oldest queued requests as one batch; they count as proposed. `undefined` if there are none. */
  next(): OwnBatch | undefined {
    const { node, runId, pending, values } = this.#options;
    const requests: PendingRequest[] = [];
    const stamped: ProposedRequest[] = [];
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
    return { origin, requests, value: values.encode({ origin, requests: stamped }) };
  }

  /** The request as written to the log, or `undefined` if it must wait for a stamp. */
  #stamped(pending: PendingRequest): ProposedRequest | undefined {
    const { request } = pending;
    const { command, stamp, principal } = request;
    if (command.type === 'openSession') return { ...request, opening: this.#openingOf(pending) };
    if (stamp !== undefined) return request;
    const own = this.#options.session.stamp(pending);
    return own && { command, stamp: own, ...(principal && { principal }) };
  }

  #openingOf({ request: { principal }, client }: PendingRequest): Opening | undefined {
    const entropy = this.#options.drawEntropy();
    const network = client.principal === '' ? localOwner : client.principal;
    return entropy && { entropy, owner: principal === undefined ? network : userOwner(principal) };
  }
}
