import type { Reply, Request } from '@paxkv/protocol';
import type { Client, ReplyRoom } from '../budget/client.ts';
import type { RequestTiming } from './request-timing.ts';

/** How a request is submitted. */
export interface SubmitOptions {
  /** Ends the wait early. */
  readonly signal?: AbortSignal | undefined;
  /** Whose request it is: clients share what the replica can do. Default: a program in this process. */
  readonly client?: Client | undefined;
  /** Takes room for the reply to a get before the value is read. Default: there is always room. */
  readonly room?: ReplyRoom | undefined;
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
