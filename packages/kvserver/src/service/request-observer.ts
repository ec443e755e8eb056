/** What is told of each request to those who count requests and log slow ones. */
import type { KvErrorCode } from '@paxkv/protocol';
import type { RequestTiming, Transport } from '../replica/request-timing.ts';

export interface RequestObserver {
  /** A request that reached the service has its reply or its error. */
  onEnded(timing: RequestTiming): void;
  /** Whether the request, which has ended, took so long that its end must be reported by `onSent`. */
  isSlow(timing: RequestTiming): boolean;
  /** The reply or error has left this process, or its client has gone. */
  onSent(timing: RequestTiming): void;
  /** A client gets an error, for a request that reached the service or for one that did not. */
  onError(transport: Transport, code: KvErrorCode): void;
}

/** One observer of those who count requests and those who log slow ones. */
export function observerOf(
  counts: Pick<RequestObserver, 'onEnded' | 'onError'>,
  slow: Pick<RequestObserver, 'isSlow' | 'onSent'>,
): RequestObserver {
  return {
    onEnded: (timing) => counts.onEnded(timing),
    onError: (transport, code) => counts.onError(transport, code),
    isSlow: (timing) => slow.isSlow(timing),
    onSent: (timing) => slow.onSent(timing),
  };
}

/** Observes nothing. */
export const noObserver: RequestObserver = {
  onEnded: () => {},
  isSlow: () => false,
  onSent: () => {},
  onError: () => {},
};
