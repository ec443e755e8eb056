/** What is told of each request to those who count requests and log slow ones. */
import type { KvErrorCode } from '@paxkv/protocol';
import type { RequestTiming, Transport } from '../replica/request-timing.ts';

export interface RequestObserver {
  /** A request that reached the service has its reply or its error. */
  onEnded(timing: RequestTiming): void;
  /** A client gets an error, for a request that reached the service or for one that did not. */
  onError(transport: Transport, code: KvErrorCode): void;
}

/** Observes nothing. */
export const noObserver: RequestObserver = { onEnded: () => {}, onError: () => {} };
