import type { Consistency, Reply, Request } from '@paxkv/protocol';

export interface SubmitOptions {
  /** Ends the wait early. */
  readonly signal?: AbortSignal;
  /** Of a get without a stamp. Default `linearizable`. */
  readonly consistency?: Consistency;
}

/** Where a request goes in: the part of a replica that the doors to the outside see. */
export interface Submitter {
  /**
   * Resolves when the request is applied here. Replies of type `refused` are resolved, not thrown.
   *
   * @throws KvError `KV_OVERLOADED`, `KV_UNAVAILABLE` (not done), `KV_TIMEOUT`, `KV_INTERRUPTED` (unknown).
   */
  submit(request: Request, options?: SubmitOptions): Promise<Reply>;
}
