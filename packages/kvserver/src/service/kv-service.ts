/**
 * KvService: the only entry for requests, whichever front end received them. It checks a request, submits it to
 * the replica, and returns the reply to its command or an error that states whether it took effect.
 */
import {
  type Command,
  KvError,
  type Principal,
  type Reply,
  type ReplyOf,
  type Request,
  refusalToError,
  specOf,
} from '@paxkv/protocol';
import type { RequestEnd } from '../replica/request-timing.ts';
import type { SubmitOptions, Submitter } from '../replica/submitter.ts';
import { authKey, authReply } from '../state-machine/auth/auth-entry.ts';
import { AccessControl } from './access-control.ts';
import { ClusterIncarnation } from './cluster-incarnation.ts';
import { OpeningLimit } from './opening-limit.ts';
import { expectWithinLimits } from './request-checks.ts';
import { noObserver, type RequestObserver } from './request-observer.ts';

/** Front ends keep one service for as long as the server runs; replicas are attached to it in turn. */
export class KvService {
  readonly cluster = new ClusterIncarnation();
  /** What principals may do. */
  readonly auth: AccessControl;
  readonly #unavailable: () => KvError;
  readonly #openings: OpeningLimit;
  readonly #observer: Pick<RequestObserver, 'onEnded'>;
  #replica: Submitter | undefined;

  /**
   * `unavailable` creates the `KV_UNAVAILABLE` error, with the reason why no replica is attached. `observer` learns of
   * each request that was submitted with a timing. `isAuthRequired`: see `AccessControlOptions`.
   */
  constructor(
    unavailable: () => KvError,
    observer: Pick<RequestObserver, 'onEnded'> = noObserver,
    { isAuthRequired = false, now = Date.now } = {},
  ) {
    this.#unavailable = unavailable;
    this.#observer = observer;
    this.#openings = new OpeningLimit(now);
    const replica = () => this.#replica;
    this.auth = new AccessControl({ isRequired: isAuthRequired, replica, now });
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
    const timing = options?.timing;
    const { command } = request;
    try {
      const reply = await this.#ask(request, options);
      if (specOf(command.type).access === 'read')
        this.auth.expectStill(options?.principal, command);
      if (!isReplyTo(command, reply)) throw toRefusal(command, reply);
      timing?.end();
      return reply;
    } catch (error) {
      timing?.end(endOf(error));
      throw error;
    } finally {
      if (timing !== undefined) this.#observer.onEnded(timing);
    }
  }

  /** Returns the promise of the replica itself: each promise of a promise would cost every request a turn. @throws KvError */
  #ask(request: Request, options: SubmitOptions | undefined): Promise<Reply> {
    const { command, encoded } = request;
    // An encoded request was checked when it was read.
    if (encoded === undefined) expectWithinLimits(request);
    if (this.#replica === undefined) throw this.#unavailable();
    const principal = options?.principal;
    if (principal === undefined && !this.auth.isRequired) return this.#submit(request, options);
    return this.auth
      .expectCommand(principal, command)
      .then(() => this.#submit(withPrincipal(request, principal), options));
  }

  /** Programs in this process open as many sessions as they like. */
  #limitOpening({ client }: SubmitOptions = {}): void {
    if (client !== undefined) this.#openings.take(client.principal);
  }

  #submit(request: Request, options: SubmitOptions | undefined): Promise<Reply> {
    if (this.#replica === undefined) throw this.#unavailable();
    const { type } = request.command;
    if (type === 'openSession') this.#limitOpening(options);
    return type === 'getAuth'
      ? readAuth(this.#replica, options)
      : this.#replica.submit(request, options);
  }
}

async function readAuth(replica: Submitter, options: SubmitOptions | undefined): Promise<Reply> {
  const reply = await replica.submit({ command: { type: 'get', key: authKey } }, options);
  return reply.type === 'get' ? authReply(reply.entry) : reply;
}

/** An encoded request has no principal, so it is encoded anew. */
function withPrincipal(request: Request, principal: Principal | undefined): Request {
  if (principal === undefined) return request;
  const { command, stamp, consistency } = request;
  return { command, principal, ...(stamp && { stamp }), ...(consistency && { consistency }) };
}

function toRefusal({ type }: Command, reply: Reply): Error {
  if (reply.type === 'refused') return refusalToError(reply.reason);
  return new TypeError(`The replica answered a ${type} with a reply to ${reply.type}.`);
}

/** Any other error is a defect, of which nobody knows what it has left. */
function endOf(error: unknown): RequestEnd {
  if (!(error instanceof KvError)) return { outcome: 'unknown', code: 'KV_INTERNAL' };
  const { outcome, code } = error;
  return { outcome, code };
}

function isReplyTo<C extends Command>(command: C, reply: Reply): reply is ReplyOf<C['type']> {
  return reply.type === command.type;
}
