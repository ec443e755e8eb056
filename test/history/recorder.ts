/**
 * Records the calls of clients and their outcomes as they happen. Enforces what every checker of a history
 * relies on: a process has one operation open at a time, and a process with an unknown outcome is never
 * used again.
 */
import type { Answer, HistoryEvent, Request } from './event.ts';
import type {
  AppendAnswer,
  DeleteAnswer,
  GetAnswer,
  IncrementAnswer,
  PutAnswer,
} from './operation.ts';

export interface RecorderOptions {
  /** Nanoseconds since a fixed moment, monotonic: real time, or that of a simulation. */
  readonly now: () => number;
  /** Called synchronously with each event, in order; for example to write it to a file. */
  readonly onEvent?: (event: HistoryEvent) => void;
}

/**
 * One recorder for all clients of a history, in one process, so that the order of its events is real time.
 *
 * @example
 * ```ts
 * const recorder = new Recorder({ now: () => Number(process.hrtime.bigint()) });
 * const client = recorder.client();
 * const put = client.put('colour', 'blue'); // just before the call is made
 * put.ok({ revision: 1 }); // just after it was answered; or put.fail(code), put.info(code)
 * checkHistory(recorder.events);
 * ```
 */
export class Recorder {
  readonly #now: () => number;
  readonly #onEvent: (event: HistoryEvent) => void;
  readonly #events: HistoryEvent[] = [];
  #latest = Number.NEGATIVE_INFINITY;
  #processCount = 0;
  #operationCount = 0;

  constructor({ now, onEvent = () => {} }: RecorderOptions) {
    this.#now = now;
    this.#onEvent = onEvent;
  }

  /** All events so far, in order. The array grows while operations run. */
  get events(): readonly HistoryEvent[] {
    return this.#events;
  }

  /** A client that makes one call at a time. `node`: the server it asks, if it asks only one. */
  client(options: { readonly node?: number } = {}): RecorderClient {
    return new RecorderClient({
      ...options,
      nextProcess: () => this.#processCount++,
      nextId: () => this.#operationCount++,
      add: (event) => this.#add(event),
    });
  }

  #add(event: Unstamped): void {
    const at = this.#now();
    if (!(at >= this.#latest)) throw new TypeError(`the clock went from ${this.#latest} to ${at}`);
    this.#latest = at;
    const stamped = { at, ...event };
    this.#events.push(stamped);
    this.#onEvent(stamped);
  }
}

type WithoutTime<E> = E extends HistoryEvent ? Omit<E, 'at'> : never;
type Unstamped = WithoutTime<HistoryEvent>;

/** The part of the recorder that a client needs. */
interface Book {
  readonly node?: number;
  nextProcess(): number;
  nextId(): number;
  add(event: Unstamped): void;
}

/** A pending operation. It ends at most once, by one of these methods; without an end it stays open. */
export interface Pending<A> {
  /** The client got its answer. */
  ok(answer: A): void;
  /** It failed, and certainly had no effect. */
  fail(code: string): void;
  /** It failed with an unknown outcome. The client continues under a new process number. */
  info(code: string): void;
}

/**
 * Records the calls of one client. Its process number changes automatically after an unknown outcome.
 *
 * @throws TypeError if a call is made before the last one has ended, or one ends twice
 */
export class RecorderClient {
  readonly #book: Book;
  #process: number;
  #openId: number | undefined;

  /** Constructed by {@link Recorder.client}. */
  constructor(book: Book) {
    this.#book = book;
    this.#process = book.nextProcess();
  }

  get process(): number {
    return this.#process;
  }

  get(key: string): Pending<GetAnswer> {
    return this.#begin(key, { name: 'get' }, (answer) => ({ name: 'get', ...answer }));
  }

  put(key: string, value: string): Pending<PutAnswer> {
    return this.#begin(key, { name: 'put', value }, (answer) => ({ name: 'put', ...answer }));
  }

  append(key: string, value: string): Pending<AppendAnswer> {
    return this.#begin(key, { name: 'append', value }, (answer) => ({ name: 'append', ...answer }));
  }

  delete(key: string): Pending<DeleteAnswer> {
    return this.#begin(key, { name: 'delete' }, (answer) => ({ name: 'delete', ...answer }));
  }

  increment(key: string, by: number): Pending<IncrementAnswer> {
    return this.#begin(key, { name: 'increment', by }, (answer) => ({
      name: 'increment',
      ...answer,
    }));
  }

  #begin<A>(key: string, request: Request, toAnswer: (answer: A) => Answer): Pending<A> {
    if (this.#openId !== undefined) {
      throw new TypeError(`process ${this.#process} has operation ${this.#openId} open`);
    }
    const { node } = this.#book;
    const id = this.#book.nextId();
    const stamp = { process: this.#process, id, key, ...(node === undefined ? {} : { node }) };
    this.#openId = id;
    this.#book.add({ type: 'invoke', ...stamp, request });
    const { name } = request;
    return {
      ok: (answer) => this.#end({ type: 'ok', ...stamp, answer: toAnswer(answer) }),
      fail: (code) => this.#end({ type: 'fail', ...stamp, name, code }),
      info: (code) => {
        this.#end({ type: 'info', ...stamp, name, code });
        this.#process = this.#book.nextProcess();
      },
    };
  }

  #end(event: Unstamped): void {
    if (this.#openId !== event.id) throw new TypeError(`operation ${event.id} has ended before`);
    this.#openId = undefined;
    this.#book.add(event);
  }
}
