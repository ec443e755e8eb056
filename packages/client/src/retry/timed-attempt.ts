/** One attempt of a call. Small: nearly every call makes one, and no more. */
import { type Attempt, type Clock, type Exchange, ExchangeError } from '../environment.ts';
import { isReplyTo, type Reply, type ReplyTo, type Request } from '../request.ts';
import type { Deadlines, Timed } from './deadlines.ts';

export interface AttemptLimits {
  readonly endpoint: string;
  /** So long the server may take. */
  readonly timeoutMs: number;
  /** When the caller's patience ends, by the clock. */
  readonly dueMax: number;
  readonly clock: Clock;
  readonly exchange: Exchange;
  readonly deadlines: Deadlines;
}

export interface AttemptEnds<Q extends Request> {
  readonly resolve: (reply: ReplyTo<Q>) => void;
  readonly reject: (error: Error) => void;
}

export class TimedAttempt<Q extends Request> implements Attempt, Timed {
  readonly request: Q;
  due: number;
  deadlinePlace = -1;
  readonly #limits: AttemptLimits;
  readonly #resolve: (reply: ReplyTo<Q>) => void;
  readonly #reject: (error: Error) => void;
  #isHeldBack = false;
  #isOver = false;
  #onCalledOff: (() => void) | undefined;

  /** Its time runs from now on. */
  constructor(request: Q, limits: AttemptLimits, ends: AttemptEnds<Q>) {
    this.request = request;
    this.#limits = limits;
    this.due = this.#dueFromNow();
    this.#resolve = ends.resolve;
    this.#reject = ends.reject;
    limits.deadlines.add(this);
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  holdBack(): void {
    this.#isHeldBack = true;
  }

  leave(): void {
    this.#isHeldBack = false;
    this.due = this.#dueFromNow();
  }

  answer(reply: Reply): void {
    if (isReplyTo(this.request, reply)) {
      if (this.#end()) {
        this.#resolve(reply);
      }
    } else {
      const { type } = this.request.command;
      const message = `${this.#limits.endpoint} answered "${reply.type}" to "${type}"`;
      this.fail(new ExchangeError('maybe', message));
    }
  }

  fail(error: Error): void {
    if (this.#end()) {
      this.#reject(error);
    }
  }

  onCalledOff(callback: () => void): void {
    this.#onCalledOff = callback;
  }

  overdue(): void {
    const { endpoint, exchange, deadlines, dueMax } = this.#limits;
    if (this.#isHeldBack && this.due < dueMax && exchange.isServing?.(endpoint)) {
      this.due = this.#dueFromNow();
      deadlines.add(this);
    } else {
      this.#giveUp('did not answer in time');
    }
  }

  /** Nobody awaits the answer any more. */
  callOff(): void {
    this.#giveUp('was not awaited any longer');
  }

  #giveUp(how: string): void {
    if (this.#end()) {
      const sent = this.#isHeldBack ? 'no' : 'maybe';
      this.#reject(new ExchangeError(sent, `${this.#limits.endpoint} ${how}`));
      this.#onCalledOff?.();
    }
  }

  /** Whether this is its end, and not something that comes after it. */
  #end(): boolean {
    if (this.#isOver) {
      return false;
    }
    this.#isOver = true;
    this.#limits.deadlines.delete(this);
    return true;
  }

  #dueFromNow(): number {
    const { clock, timeoutMs, dueMax } = this.#limits;
    return Math.min(clock.now() + timeoutMs, dueMax);
  }
}
