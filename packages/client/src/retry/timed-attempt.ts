/** One attempt of a call. Small: nearly every call makes one, and no more. */
import { type Attempt, ExchangeError } from '../environment.ts';
import { isReplyTo, type Reply, type ReplyTo, type Request } from '../request.ts';
import type { Deadlines, Timed } from './deadlines.ts';

export interface AttemptLimits {
  readonly endpoint: string;
  readonly due: number;
  readonly deadlines: Deadlines;
}

export interface AttemptEnds<Q extends Request> {
  readonly resolve: (reply: ReplyTo<Q>) => void;
  readonly reject: (error: Error) => void;
}

export class TimedAttempt<Q extends Request> implements Attempt, Timed {
  readonly request: Q;
  readonly due: number;
  sent: 'no' | 'maybe' = 'maybe';
  readonly #endpoint: string;
  readonly #deadlines: Deadlines;
  readonly #resolve: (reply: ReplyTo<Q>) => void;
  readonly #reject: (error: Error) => void;
  #isOver = false;
  #onCalledOff: (() => void) | undefined;

  /** Its time runs from now on. */
  constructor(request: Q, { endpoint, due, deadlines }: AttemptLimits, ends: AttemptEnds<Q>) {
    this.request = request;
    this.due = due;
    this.#endpoint = endpoint;
    this.#deadlines = deadlines;
    this.#resolve = ends.resolve;
    this.#reject = ends.reject;
    deadlines.add(this);
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  answer(reply: Reply): void {
    if (isReplyTo(this.request, reply)) {
      if (this.#end()) {
        this.#resolve(reply);
      }
    } else {
      const message = `${this.#endpoint} answered "${reply.type}" to "${this.request.type}"`;
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
    this.#giveUp('did not answer in time');
  }

  /** Nobody awaits the answer any more. */
  callOff(): void {
    this.#giveUp('was not awaited any longer');
  }

  #giveUp(how: string): void {
    if (this.#end()) {
      this.#reject(new ExchangeError(this.sent, `${this.#endpoint} ${how}`));
      this.#onCalledOff?.();
    }
  }

  /** Whether this is its end, and not something that comes after it. */
  #end(): boolean {
    if (this.#isOver) {
      return false;
    }
    this.#isOver = true;
    this.#deadlines.delete(this);
    return true;
  }
}
