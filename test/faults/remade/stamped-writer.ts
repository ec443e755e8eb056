/** A session of a place with its own numbers, without a client library: every append is stamped and recorded. */
import type { RecorderClient } from '../../history/recorder.ts';
import type { Place } from './place.ts';
import { openSession, type RawAppend, type RawStamp, type Send } from './raw-client.ts';

/** An append that was acknowledged, as it was sent. */
export interface Acknowledged extends RawAppend {
  readonly stamp: RawStamp;
  readonly revision: number;
}

export class StampedWriter {
  readonly place: Place;
  readonly #recorder: RecorderClient;
  #session: string | number | undefined;
  #number = 0;

  constructor(place: Place) {
    this.place = place;
    this.#recorder = place.recorder.client();
  }

  /** The id of its session; `undefined` while it has none. */
  get session(): string | number | undefined {
    return this.#session;
  }

  /** The highest number that it used. */
  get number(): number {
    return this.#number;
  }

  /**
   * Appends under the next number. Nothing is awaited any more, so earlier replies need not be kept; `window` keeps those
   * of so many numbers. Resolves with what was acknowledged.
   */
  async append(send: Send, address: string, window: number): Promise<Acknowledged | undefined> {
    if (this.#session === undefined) {
      this.#number = 0;
      this.#session = await openSession(address, this.place.incarnation);
    }
    const session = this.#session;
    if (session === undefined) return undefined;
    this.#number += 1;
    const number = this.#number;
    const firstOutstanding = Math.max(1, number - window);
    const append = { ...this.#next(), stamp: { session, number, firstOutstanding } };
    return this.#record(append, send, address);
  }

  /** Appends without a session of its own: the server uses one of its own. Resolves with the code of a refusal. */
  async appendPlainly(send: Send, address: string): Promise<string | undefined> {
    const append = this.#next();
    const pending = this.#recorder.append(append.key, append.value);
    const answer = await send(address, append);
    if (answer.type === 'done') {
      pending.ok(answer);
      return undefined;
    }
    if (answer.outcome === 'not done') pending.fail(answer.code);
    else pending.info(answer.code);
    return answer.code;
  }

  async #record(
    append: RawAppend & { readonly stamp: RawStamp },
    send: Send,
    address: string,
  ): Promise<Acknowledged | undefined> {
    const pending = this.#recorder.append(append.key, append.value);
    const answer = await send(address, append);
    if (answer.type === 'done') {
      pending.ok(answer);
      return { ...append, revision: answer.revision };
    }
    if (answer.outcome === 'not done') pending.fail(answer.code);
    else pending.info(answer.code);
    if (answer.code === 'KV_SESSION_EXPIRED') this.#session = undefined;
    return undefined;
  }

  #next(): RawAppend {
    const { lanes } = this.place;
    const lane = lanes[this.#number % lanes.length];
    const { incarnation } = this.place;
    return { key: lane?.next() ?? '', value: this.place.nextElement(), incarnation };
  }
}
