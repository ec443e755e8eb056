import type { AuthTable, Principal, Reply, Request } from '@paxkv/protocol';
import type { Client, ReplyRoom } from '../budget/client.ts';
import type { RequestTiming } from './request-timing.ts';

/** How a request is submitted. */
export interface SubmitOptions {
  /** Ends the wait early. */
  readonly signal?: AbortSignal | undefined;
  /**
   * The client that asks; clients share what the replica can do. Its principal owns a session that the request opens.
   * Default: a program in this process.
   */
  readonly client?: Client | undefined;
  /** Takes room for the reply to a get before the value is read. Default: there is always room. */
  readonly room?: ReplyRoom | undefined;
  /** On whose behalf the request is made; `undefined` for an anonymous one. The API has verified it. */
  readonly principal?: Principal | undefined;
  /** Takes the times of its steps. Without it, nobody learns of them. */
  readonly timing?: RequestTiming | undefined;
}

/** The part of a replica that the service uses. It accepts requests. */
export interface Submitter {
  /** The auth table as applied here. */
  readonly authTable: AuthTable;

  /**
   * Resolves when the request is applied here. A reply of type `refused` resolves, it is not thrown.
   *
   * @throws KvError `KV_OVERLOADED`, `KV_UNAVAILABLE` (not done), `KV_TIMEOUT`, `KV_INTERRUPTED` (unknown).
   */
  submit(request: Request, options?: SubmitOptions): Promise<Reply>;
}
