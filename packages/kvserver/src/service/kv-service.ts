/**
 * KvService: the only entry for requests, whichever front end received them. It checks a request, submits it to
 * the replica, and returns the reply to its command or an error that states whether it took effect.
 */
import {
  type Command,
  type KvError,
  type Principal,
  type Reply,
  type ReplyOf,
  type Request,
  refusalToError,
} from '@paxkv/protocol';
import type { SubmitOptions, Submitter } from '../replica/submitter.ts';
import { authKey, authReply } from '../state-machine/auth/auth-entry.ts';
import { AccessControl } from './access-control.ts';
import { expectWithinLimits } from './request-checks.ts';

/** Front ends keep one service for as long as the server runs; replicas are attached to it in turn. */
export class KvService {
  /** What principals may do. */
  readonly auth: AccessControl;
  readonly #unavailable: () => KvError;
  #replica: Submitter | undefined;

  /**
   * `unavailable` creates the `KV_UNAVAILABLE` error, with the reason why no replica is attached. `isAuthRequired`:
   * see `AccessControlOptions`.
   */
  constructor(unavailable: () => KvError, { isAuthRequired = false, now = Date.now } = {}) {
    this.#unavailable = unavailable;
    this.auth = new AccessControl({
      isRequired: isAuthRequired,
      replica: () => this.#replica,
      now,
    });
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
   * refusal of the store, `KV_UNAUTHENTICATED`, `KV_FORBIDDEN`, `KV_UNAVAILABLE` (not done) while no replica is
   * attached, and the errors of {@link Submitter.submit}.
   */
  async submit<C extends Command>(
    request: Request<C>,
    options?: SubmitOptions,
  ): Promise<ReplyOf<C['type']>> {
    const { command, encoded } = request;
    // An encoded request was checked when it was read.
    if (encoded === undefined) expectWithinLimits(command);
    if (this.#replica === undefined) throw this.#unavailable();
    const principal = options?.principal;
    if (principal !== undefined || this.auth.isRequired) {
      await this.auth.expectCommand(principal, command);
    }
    const reply = await this.#submit(withPrincipal(request, principal), options);
    if (reply.type === 'get' || reply.type === 'getAuth') this.auth.expectStill(principal, command);
    if (isReplyTo(command, reply)) return reply;
    if (reply.type === 'refused') throw refusalToError(reply.reason);
    throw new TypeError(`The replica answered a ${command.type} with a reply to ${reply.type}.`);
  }

  async #submit(request: Request, options: SubmitOptions | undefined): Promise<Reply> {
    if (this.#replica === undefined) throw this.#unavailable();
    if (request.command.type !== 'getAuth') return this.#replica.submit(request, options);
    const reply = await this.#replica.submit({ command: { type: 'get', key: authKey } }, options);
    return reply.type === 'get' ? authReply(reply.entry) : reply;
  }
}

/** An encoded request has no principal, so it is encoded anew. */
function withPrincipal(request: Request, principal: Principal | undefined): Request {
  if (principal === undefined) return request;
  const { command, stamp, consistency } = request;
  return { command, principal, ...(stamp && { stamp }), ...(consistency && { consistency }) };
}

function isReplyTo<C extends Command>(command: C, reply: Reply): reply is ReplyOf<C['type']> {
  return reply.type === command.type;
}
