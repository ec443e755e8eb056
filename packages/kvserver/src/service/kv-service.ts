/**
 * KvService: the only entry for requests, whichever front end received them. It checks a request, submits it to
 * the replica, and returns the reply to its command or an error that states whether it took effect.
 */
import {
  type Command,
  type KvError,
  type Reply,
  type ReplyOf,
  type Request,
  refusalToError,
} from '@paxkv/protocol';
import type { SubmitOptions, Submitter } from '../replica/submitter.ts';
import { expectWithinLimits } from './request-checks.ts';

/** Front ends keep one service for as long as the server runs; replicas are attached to it in turn. */
export class KvService {
  readonly #unavailable: () => KvError;
  #replica: Submitter | undefined;

  /** `unavailable` creates the `KV_UNAVAILABLE` error, with the reason why no replica is attached. */
  constructor(unavailable: () => KvError) {
    this.#unavailable = unavailable;
  }

  /** Submits requests to `replica` from now on. */
  attach(replica: Submitter): void {
    this.#replica = replica;
  }

  /** Refuses requests from now on. Those that the replica has already are answered by the replica. */
  detach(): void {
    this.#replica = undefined;
  }

  /**
   * Resolves with the reply once the request is applied here.
   *
   * @throws KvError `KV_BAD_REQUEST` and `KV_TOO_LARGE` for a command outside the limits, the error of a
   * refusal of the store, `KV_UNAVAILABLE` (not done) while no replica is attached, and the errors of
   * {@link Submitter.submit}.
   */
  async submit<C extends Command>(
    request: Request<C>,
    options?: SubmitOptions,
  ): Promise<ReplyOf<C['type']>> {
    const { command, encoded } = request;
    // An encoded request was checked when it was read.
    if (encoded === undefined) expectWithinLimits(request);
    if (this.#replica === undefined) throw this.#unavailable();
    const reply = await this.#replica.submit(request, options);
    if (isReplyTo(command, reply)) return reply;
    if (reply.type === 'refused') throw refusalToError(reply.reason);
    throw new TypeError(`The replica answered a ${command.type} with a reply to ${reply.type}.`);
  }
}

function isReplyTo<C extends Command>(command: C, reply: Reply): reply is ReplyOf<C['type']> {
  return reply.type === command.type;
}
