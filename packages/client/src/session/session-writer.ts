/**
 * Makes each write take effect at most once: every attempt of a write carries the same session number.
 * Writes get their numbers from a bounded queue in the order of the calls. The queue opens a session when a
 * write needs one and there is none.
 */
import {
  type CommandOf,
  KvError,
  type KvErrorCode,
  type Request,
  type SessionId,
  sessionWindowMax,
  type WriteType,
} from '@paxkv/protocol';
import type { ClientEvents } from '../diagnostics/client-events.ts';
import type { Clock } from '../environment.ts';
import type { ReplyTo } from '../request.ts';
import { CallDeadline, type DeadlineTimer } from '../retry/deadlines.ts';
import type { Call, Retry } from '../retry/retry.ts';
import { QueuedWrite, Session, type SessionSlot } from './session.ts';

/** Refusals of a number after which the session is given up. */
const spoiledCodes: ReadonlySet<KvErrorCode> = new Set<KvErrorCode>([
  'KV_SESSION_EXPIRED',
  'KV_REPLY_GONE',
  'KV_NUMBER_REUSED',
]);

/** Writes that may wait for a slot. */
export const queuedWritesMax = 16_384;

export interface SessionParts {
  readonly clock: Clock;
  readonly timer: DeadlineTimer;
  readonly retry: Retry;
  /** Takes sessions that were opened. Default: nothing does. */
  readonly events?: ClientEvents;
}

export class SessionWriter {
  readonly #queue: SessionQueue;
  readonly #retry: Retry;

  /** `clientName`: the name that servers show in their list of sessions. */
  constructor(clientName: string, parts: SessionParts) {
    this.#queue = new SessionQueue(clientName, parts);
    this.#retry = parts.retry;
  }

  /** @throws KvError with the outcome. */
  async write<C extends CommandOf<WriteType>>(
    command: C,
    deadline: CallDeadline,
  ): Promise<ReplyTo<Request<C>>> {
    for (;;) {
      const slot = this.#queue.tryAcquire() ?? (await this.#queue.acquire(deadline));
      const request: Request<C> = { command, stamp: slot };
      const call = this.#retry.newCall(command.type, deadline);
      try {
        return await this.#retry.send(request, call);
      } catch (error) {
        if (!(error instanceof KvError) || !spoiledCodes.has(error.code)) {
          throw error;
        }
        this.#queue.replace(slot.session);
        // Safety: a session that keeps no reply does not tell whether there was one. What is refused otherwise
        // stays refused: no other session gets the id of an expired one, and a number that was used is taken.
        // If only the refused copy of the write can have arrived, the write has not taken effect and never
        // will, so it may be sent under another session. If an earlier copy may have arrived, it may have
        // taken effect before.
        if (error.code === 'KV_REPLY_GONE' || call.outcome.mayHaveArrived) {
          throw error;
        }
      } finally {
        this.#queue.release(slot);
      }
    }
  }
}

export class SessionQueue {
  readonly #clientName: string;
  readonly #clock: Clock;
  readonly #timer: DeadlineTimer;
  readonly #retry: Retry;
  readonly #queued = new Set<QueuedWrite>();
  #session: Session | undefined;
  /** The call that opens a session. */
  #opening: Call | undefined;
  #hasHadSession = false;
  readonly #events: ClientEvents | undefined;

  constructor(clientName: string, { clock, timer, retry, events }: SessionParts) {
    this.#events = events;
    this.#clientName = clientName;
    this.#clock = clock;
    this.#timer = timer;
    this.#retry = retry;
  }

  /** Takes a slot if one is free and no write is queued. */
  tryAcquire(): SessionSlot | undefined {
    const session = this.#session;
    return session?.hasRoom && this.#queued.size === 0 ? session.take() : undefined;
  }

  /** Waits for a slot. @throws KvError whose outcome is "not done". */
  async acquire(deadline: CallDeadline): Promise<SessionSlot> {
    if (this.#queued.size >= queuedWritesMax) {
      const message = `the write was not sent: ${queuedWritesMax} writes of this client are queued`;
      throw new KvError('KV_OVERLOADED', `${message}. Send fewer at once`);
    }
    const write = new QueuedWrite(deadline.due);
    this.#queued.add(write);
    this.#timer.add(write);
    deadline.attach(write);
    this.#advance();
    try {
      const slot = await write.assigned;
      if (slot === undefined) {
        throw this.#giveUp(write, deadline);
      }
      return slot;
    } finally {
      this.#timer.delete(write);
    }
  }

  release(slot: SessionSlot): void {
    slot.release();
    if (this.#queued.size > 0) {
      this.#advance();
    }
  }

  /** The session with this id is spoiled, or the servers no longer know it: the next write opens another. */
  replace(session: SessionId): void {
    if (this.#session?.id === session) {
      this.#session = undefined;
      this.#advance();
    }
  }

  #advance(): void {
    const session = this.#session;
    if (session === undefined) {
      this.#openIfNeeded();
      return;
    }
    for (const write of this.#queued) {
      if (!session.hasRoom) {
        return;
      }
      this.#queued.delete(write);
      write.assign(session.take());
    }
  }

  #openIfNeeded(): void {
    if (this.#queued.size > 0 && this.#opening === undefined) {
      // All queued writes share the opening, so it has no deadline: it ends when the queue is empty.
      const deadline = new CallDeadline(this.#clock, { timeoutMs: undefined });
      this.#opening = this.#retry.newCall('openSession', deadline);
      void this.#open(this.#opening);
    }
  }

  /** Never rejects: a failure goes to the queued writes. */
  async #open(opening: Call): Promise<void> {
    try {
      const request = { command: { type: 'openSession', client: this.#clientName } } as const;
      const reply = await this.#retry.send(request, opening);
      if (this.#opening === opening) {
        this.#opening = undefined;
        this.#session = new Session(reply.session);
        this.#events?.emit('session', { isReplacement: this.#hasHadSession });
        this.#hasHadSession = true;
        this.#advance();
      }
    } catch (error) {
      if (this.#opening === opening) {
        this.#opening = undefined;
        this.#failAll(error);
      }
    }
  }

  #failAll(error: unknown): void {
    for (const write of this.#queued) {
      write.fail(error instanceof KvError ? notSent(error) : error);
    }
    this.#queued.clear();
  }

  #giveUp(write: QueuedWrite, deadline: CallDeadline): KvError {
    this.#queued.delete(write);
    if (write.slot !== undefined) {
      this.release(write.slot);
    }
    const opening = this.#opening;
    if (this.#queued.size === 0) {
      opening?.deadline.abort();
      this.#opening = undefined;
    }
    if (opening !== undefined) {
      return notSent(opening.outcome.ended(deadline));
    }
    if (deadline.end === 'aborted') {
      const details = { cause: deadline.reason, outcome: 'not done' } as const;
      return new KvError(
        'KV_ABORTED',
        'the write was aborted by its signal before it was sent',
        details,
      );
    }
    const message = `the write was not sent within ${deadline.timeoutMs} ms: ${sessionWindowMax} writes`;
    return new KvError(
      'KV_OVERLOADED',
      `${message} of this client await replies. Send fewer at once`,
    );
  }
}

/** The error of a write that was never sent, because no session could be opened. */
function notSent({ code, message, cause }: KvError): KvError {
  const text = `the write was not sent because no session could be opened. ${message}`;
  return new KvError(code, text, { cause, outcome: 'not done' });
}
