/** A request that was accepted and has no reply yet. The first of reply, error and deadline settles it. */

import { Ring } from '@paxkv/client/ring';
import type { Reply, Request } from '@paxkv/protocol';
import { KvError, type Outcome, specOf } from '@paxkv/protocol';
import { type Client, localClient, type ReplyRoom } from '../../budget/client.ts';
import type { Place } from '../../budget/fair-queue.ts';
import { overloaded } from '../../budget/overloaded.ts';
import type { StepMark } from '../request-timing.ts';
import type { SubmitOptions } from '../submitter.ts';
import { withRoom } from './reply-room.ts';
import { bytesOf, partCountOf } from './request-size.ts';

export interface PendingOptions extends Pick<SubmitOptions, 'timing'> {
  /** When the wait ends, in milliseconds of the replica's clock. */
  readonly deadlineMs: number;
  readonly signal: AbortSignal | undefined;
  /** Default: a program in this process. */
  readonly client?: Client | undefined;
  /** Where the reply to a get takes room. Default: there is always room. */
  readonly room?: ReplyRoom | undefined;
  /** Called once, when the request is settled in any way. */
  readonly onSettled: (request: PendingRequest) => void;
}

export class PendingRequest {
  readonly request: Request;
  readonly bytes: number;
  /** See `partCountOf`. */
  readonly partCount: number;
  readonly reply: Promise<Reply>;
  /** Its slot among all pending requests. */
  slot = -1;
  /** Its current or last place among the requests that are in no batch yet. */
  place: Place | undefined;
  #isProposed = false;
  #isConfirmed = false;
  #isSettled = false;
  readonly #options: PendingOptions;
  /** Its slot among the requests that share its signal. */
  #abortSlot = -1;
  readonly #onAbort = (errors: AbortErrors) => this.reject(errors.of(this.#outcome));
  #resolve: (reply: Reply) => void = () => {};
  #reject: (error: KvError) => void = () => {};

  constructor(request: Request, options: PendingOptions) {
    const { signal } = options;
    this.request = request;
    this.bytes = bytesOf(request);
    this.partCount = partCountOf(request);
    this.#options = options;
    this.reply = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    if (signal !== undefined) this.#abortSlot = onAbort(signal, this.#onAbort);
  }

  get isSettled(): boolean {
    return this.#isSettled;
  }

  get deadlineMs(): number {
    return this.#options.deadlineMs;
  }

  get client(): Client {
    return this.#options.client ?? localClient;
  }

  get room(): ReplyRoom | undefined {
    return this.#options.room;
  }

  /** Marks a read as confirmed: it waits for nothing but room for its reply. */
  markConfirmed(): void {
    this.#isConfirmed = true;
  }

  /** Marks the request as proposed: it may now take effect even if the wait ends without a reply. */
  markProposed(mark: StepMark): void {
    this.#isProposed = true;
    this.markAsked(mark);
  }

  /** A quorum is asked for the read. */
  markAsked(mark: StepMark): void {
    const { timing } = this.#options;
    if (timing !== undefined) timing.proposed = mark;
  }

  /** `decided`: when the batch was decided, or a quorum had confirmed the read. */
  resolve(reply: Reply, decided?: StepMark): void {
    const { timing } = this.#options;
    if (timing !== undefined) timing.decided = decided;
    if (this.#settle()) this.#resolve(withRoom(reply, this.room));
  }

  reject(error: KvError): void {
    if (this.#settle()) this.#reject(error);
  }

  /** Ends the wait because the replica stops: *not done* if it cannot take effect any more, else *unknown*. */
  interrupt(message: string, cause?: unknown): void {
    const code = this.#mayTakeEffect ? 'KV_INTERRUPTED' : 'KV_UNAVAILABLE';
    this.reject(new KvError(code, message, { cause }));
  }

  /** Ends the wait at its deadline: *not done* if it cannot take effect any more, else *unknown*. */
  expire(timeoutMs: number): void {
    if (this.#isConfirmed) {
      this.reject(overloaded('memoryBudgetBytes is reached: there was no room for the reply'));
      return;
    }
    const what = this.#isRead ? 'No majority has confirmed the read' : 'No decision';
    const message = `${what} within ${timeoutMs} ms.`;
    this.reject(new KvError('KV_TIMEOUT', message, { outcome: this.#outcome }));
  }

  /** A read never takes effect, whether or not it is in the log. */
  get #mayTakeEffect(): boolean {
    return this.#isProposed && !this.#isRead;
  }

  get #isRead(): boolean {
    return specOf(this.request.command.type).access === 'read';
  }

  get #outcome(): Outcome {
    return this.#mayTakeEffect ? 'unknown' : 'not done';
  }

  #settle(): boolean {
    if (this.#isSettled) return false;
    this.#isSettled = true;
    const { signal, onSettled } = this.#options;
    if (signal !== undefined) removeAbortCallback(signal, this.#abortSlot);
    onSettled(this);
    return true;
  }
}

/**
 * The errors of the requests that one signal aborts. A client that disconnects leaves thousands of them, and making an
 * error takes longer than everything else that they need.
 */
export class AbortErrors {
  readonly #errors = new Map<Outcome, KvError>();

  of(outcome: Outcome): KvError {
    const known = this.#errors.get(outcome);
    if (known !== undefined) return known;
    const error = new KvError('KV_ABORTED', 'The caller ended the wait.', { outcome });
    this.#errors.set(outcome, error);
    return error;
  }
}

type Callback = (errors: AbortErrors) => void;

const callbacksOf = new WeakMap<AbortSignal, Ring<Callback>>();

/** Calls back once `signal` fires. Returns the slot by which to remove the callback. */
export function onAbort(signal: AbortSignal, callback: Callback): number {
  return (callbacksOf.get(signal) ?? listenTo(signal)).add(callback);
}

export function removeAbortCallback(signal: AbortSignal, slot: number): void {
  callbacksOf.get(signal)?.delete(slot);
}

function listenTo(signal: AbortSignal): Ring<Callback> {
  const callbacks = new Ring<Callback>();
  callbacksOf.set(signal, callbacks);
  const callAll = () => {
    const errors = new AbortErrors();
    for (const [, callback] of callbacks) callback(errors);
  };
  signal.addEventListener('abort', callAll, { once: true });
  return callbacks;
}
