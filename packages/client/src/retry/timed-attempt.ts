/** One attempt of a call at one server. It is small because nearly every call makes exactly one. */
import { type Attempt, type Clock, type Exchange, ExchangeError } from '../environment.ts';
import { isReplyTo, type Reply, type ReplyTo, type Request } from '../request.ts';
import { type Cancellable, type DeadlineTimer, earlier, type Timed } from './deadlines.ts';

/** What all attempts of a client share. */
export interface AttemptParts {
  readonly clock: Clock;
  readonly exchange: Exchange;
  readonly timer: DeadlineTimer;
}

export interface AttemptOptions<Q extends Request> {
  readonly request: Q;
  readonly endpoint: string;
  /** How long the server may take, in milliseconds; `undefined`: until the call ends. */
  readonly timeoutMs: number | undefined;
  /** Clock time at which the call ends; `undefined`: never. */
  readonly callDue: number | undefined;
  readonly resolve: (reply: ReplyTo<Q>) => void;
  readonly reject: (error: Error) => void;
}

export class TimedAttempt<Q extends Request> implements Attempt, Timed, Cancellable {
  readonly request: Q;
  due: number | undefined;
  timerIndex = -1;
  readonly #parts: AttemptParts;
  readonly #options: AttemptOptions<Q>;
  #isQueued = false;
  #isSettled = false;
  #onCancel: (() => void) | undefined;

  /** The time of the attempt starts now. */
  constructor(parts: AttemptParts, options: AttemptOptions<Q>) {
    this.request = options.request;
    this.#parts = parts;
    this.#options = options;
    this.due = this.#dueFromNow();
    parts.timer.add(this);
  }

  get isSettled(): boolean {
    return this.#isSettled;
  }

  /** Whether the request waits in the client: no server has it. */
  get isQueued(): boolean {
    return this.#isQueued;
  }

  markQueued(): void {
    this.#isQueued = true;
  }

  markSent(): void {
    this.#isQueued = false;
    this.due = this.#dueFromNow();
  }

  resolve(reply: Reply): void {
    if (isReplyTo(this.request, reply)) {
      if (this.#settle()) {
        this.#options.resolve(reply);
      }
    } else {
      const { endpoint, request } = this.#options;
      const what = `${endpoint} replied to "${request.command.type}"`;
      const message = `${what} with a reply to "${reply.type}"`;
      this.reject(new ExchangeError('maybe', message));
    }
  }

  reject(error: Error): void {
    if (this.#settle()) {
      this.#options.reject(error);
    }
  }

  onCancel(callback: () => void): void {
    this.#onCancel = callback;
  }

  onDue(): void {
    const { endpoint, callDue } = this.#options;
    const { exchange, timer } = this.#parts;
    const isCallOver = this.due === undefined || (callDue !== undefined && this.due >= callDue);
    if (this.#isQueued && !isCallOver && exchange.isServing?.(endpoint)) {
      this.due = this.#dueFromNow();
      timer.add(this);
    } else {
      this.#abandon('did not reply in time');
    }
  }

  /** The caller no longer wants the reply. */
  cancel(): void {
    this.#abandon('had not replied when the call ended');
  }

  #abandon(how: string): void {
    if (this.#settle()) {
      const { endpoint, reject } = this.#options;
      reject(new ExchangeError(this.#isQueued ? 'no' : 'maybe', `${endpoint} ${how}`));
      this.#onCancel?.();
    }
  }

  /** Settles the attempt. Returns false if it was settled before. */
  #settle(): boolean {
    if (this.#isSettled) {
      return false;
    }
    this.#isSettled = true;
    this.#parts.timer.delete(this);
    return true;
  }

  #dueFromNow(): number | undefined {
    const { timeoutMs, callDue } = this.#options;
    return timeoutMs === undefined
      ? callDue
      : earlier(this.#parts.clock.now() + timeoutMs, callDue);
  }
}
