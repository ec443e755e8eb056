/** One attempt of a call. Small: nearly every call makes one, and no more. */
import { type Attempt, ExchangeError } from '../environment.ts';
import { isReplyTo, type Reply, type ReplyTo, type Request } from '../request.ts';
import type { Deadlines, Timed } from './deadlines.ts';

export interface AttemptLimits {
  readonly endpoint: string;
  readonly due: number;
  readonly deadlines: Deadlines;
}

interface Ends<Q extends Request> {
  readonly resolve: (reply: ReplyTo<Q>) => void;
  readonly reject: (error: Error) => void;
}

export class TimedAttempt<Q extends Request> implements Attempt, Timed {
  readonly request: Q;
  readonly due: number;
  sent: 'no' | 'maybe' = 'maybe';
  readonly #limits: AttemptLimits;
  readonly #ends: Ends<Q>;
  #isOver = false;
  #onCalledOff: (() => void) | undefined;

  /** Its time runs from now on. */
  constructor(request: Q, limits: AttemptLimits, ends: Ends<Q>) {
    this.request = request;
    this.due = limits.due;
    this.#limits = limits;
    this.#ends = ends;
    limits.deadlines.add(this);
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  answer(reply: Reply): void {
    if (isReplyTo(this.request, reply)) {
      if (this.#end()) {
        this.#ends.resolve(reply);
      }
    } else {
      const { endpoint } = this.#limits;
      const message = `${endpoint} answered "${reply.type}" to "${this.request.type}"`;
      this.fail(new ExchangeError('maybe', message));
    }
  }

  fail(error: Error): void {
    if (this.#end()) {
      this.#ends.reject(error);
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
      this.#ends.reject(new ExchangeError(this.sent, `${this.#limits.endpoint} ${how}`));
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
}
