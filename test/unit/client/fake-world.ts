/** An environment for the client without network or waiting: time jumps to the next timer. */
import type { Answer, Clock, Environment, HttpTransport, Message } from '@paxkv/client';
import { ExchangeError, HttpExchange, KvError, type KvErrorCode } from '@paxkv/client';
import { errorCodes, type StampJson } from '@paxkv/protocol';

/** One HTTP request as a server received it. */
export interface Sent {
  readonly endpoint: string;
  readonly path: string;
  readonly body: unknown;
  readonly signal: AbortSignal;
  readonly time: number;
}

type Script = (sent: Sent) => Answer | Promise<Answer>;

export class FakeClock implements Clock {
  #now = 0;
  readonly #timers = new Set<{ time: number; callback: () => void }>();

  now(): number {
    return this.#now;
  }

  at(time: number, callback: () => void): () => void {
    const timer = { time, callback };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  get timerCount(): number {
    return this.#timers.size;
  }

  /** Runs everything that needs no time. */
  async settle(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
  }

  /** Lets time pass up to `time`. */
  async runUntil(time: number): Promise<void> {
    await this.settle();
    for (let due = this.#due(); due <= time; due = this.#due()) {
      await this.#jump(due);
    }
    this.#now = Math.max(this.#now, time);
  }

  /** Lets time pass until `work` has a result. Fails if it waits for something that is not time. */
  async finish<T>(work: Promise<T>): Promise<T> {
    let isSettled = false;
    const mark = () => {
      isSettled = true;
    };
    work.then(mark, mark);
    await this.settle();
    while (!isSettled) {
      const due = this.#due();
      if (due === Number.POSITIVE_INFINITY) {
        throw new Error('stuck: nothing is due any more');
      }
      await this.#jump(due);
    }
    return work;
  }

  async #jump(time: number): Promise<void> {
    this.#now = Math.max(this.#now, time);
    for (const timer of this.#timers) {
      if (timer.time <= time) {
        this.#timers.delete(timer);
        timer.callback();
      }
    }
    await this.settle();
  }

  /** When the next timer is due. */
  #due(): number {
    let due = Number.POSITIVE_INFINITY;
    for (const { time } of this.#timers) {
      due = Math.min(due, time);
    }
    return due;
  }
}

/** Responds by a script and records what was sent. */
export class FakeTransport implements HttpTransport {
  readonly sent: Sent[] = [];
  isClosed = false;
  script: Script;
  readonly #clock: Clock;

  constructor(clock: Clock, script: Script) {
    this.#clock = clock;
    this.script = script;
  }

  async send(endpoint: string, message: Message, signal: AbortSignal): Promise<Answer> {
    const { path, body } = message;
    const sent = { endpoint, path, body, signal, time: this.#clock.now() };
    this.sent.push(sent);
    return this.script(sent);
  }

  async close(): Promise<void> {
    this.isClosed = true;
  }

  /** Only the requests to `path`. */
  sentTo(path: string): Sent[] {
    return this.sent.filter((sent) => sent.path === path);
  }
}

export interface FakeWorld {
  readonly clock: FakeClock;
  readonly transport: FakeTransport;
  readonly environment: Environment;
}

/** Every random number is `draw`; 0 starts at the first endpoint and has the shortest delays. */
export function fakeWorld(script: Script, draw = 0): FakeWorld {
  const clock = new FakeClock();
  const transport = new FakeTransport(clock, script);
  const random = { next: () => draw };
  return {
    clock,
    transport,
    environment: { exchange: new HttpExchange(transport), clock, random },
  };
}

export function ok(body: unknown): Answer {
  return { status: 200, body };
}

export function refusal(code: KvErrorCode, more: { retryAfterMs?: number } = {}): Answer {
  const { outcome, status } = errorCodes[code];
  const error = { code, outcome, message: `says ${code}`, ...more };
  return { status: status ?? 500, body: { error } };
}

/** The server is not there. */
export function refuseConnection(): never {
  throw new ExchangeError('no', 'connection refused');
}

/** The connection broke; the server may have the message. */
export function breakConnection(): never {
  throw new ExchangeError('maybe', 'connection broke');
}

/** Never answers. */
export function hang(): Promise<Answer> {
  return new Promise(() => {});
}

/** The stamp of a write as it was sent. */
export function stampOf({ body }: Sent): StampJson {
  return (body as { session: StampJson }).session;
}

/** The error with which `work` ends. */
export async function failureOf(work: Promise<unknown>): Promise<KvError> {
  try {
    await work;
  } catch (error) {
    if (error instanceof KvError) {
      return error;
    }
    throw error;
  }
  throw new Error('it did not fail');
}
