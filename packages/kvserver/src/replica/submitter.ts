import type { Reply, Request } from '@paxkv/protocol';
import type { RequestTiming } from './request-timing.ts';

/** How a request is submitted. */
export interface SubmitOptions {
  /** Ends the wait early. */
  readonly signal?: AbortSignal | undefined;
  /**
   * On whose behalf: `user alice` once clients prove who they are, else `address 127.0.0.1`. Default: a program in
   * this process. Sessions belong to owners; one of a user serves no other user.
   */
  readonly owner?: string | undefined;
  /** Takes the times of its steps. Without it, nobody learns of them. */
  readonly timing?: RequestTiming | undefined;
}

/** The part of a replica that the service uses. It accepts requests. */
export interface Submitter {
  /**
   * Resolves when the request is applied here. A reply of type `refused` resolves, it is not thrown.
   *
   * @throws KvError `KV_OVERLOADED`, `KV_UNAVAILABLE` (not done), `KV_TIMEOUT`, `KV_INTERRUPTED` (unknown).
   */
  submit(request: Request, options?: SubmitOptions): Promise<Reply>;
}
