/** Makes writes take effect once: a number for each, the same at every attempt. */
import { KvError } from '../errors.ts';
import type { SessionStamp } from '../protocol.ts';
import type { Patience } from '../retry/patience.ts';
import type { Retry } from '../retry/retry.ts';
import { Tally } from '../retry/tally.ts';
import type { Call } from '../wire/calls.ts';
import type { Entrance } from './entrance.ts';
import type { Place } from './waiter.ts';

type StampedCall<R> = (stamp: SessionStamp) => Call<R>;

export class Writer {
  readonly #entrance: Entrance;
  readonly #retry: Retry;

  constructor(entrance: Entrance, retry: Retry) {
    this.#entrance = entrance;
    this.#retry = retry;
  }

  /** @throws KvError with what is known of the outcome. */
  async write<R>(name: string, toCall: StampedCall<R>, patience: Patience): Promise<R> {
    for (;;) {
      const place = await this.#entrance.enter(patience);
      const tally = new Tally(name);
      try {
        return await this.#writeIn(place, toCall, { patience, tally });
      } catch (error) {
        if (!(error instanceof KvError) || error.code !== 'KV_SESSION_EXPIRED') {
          throw error;
        }
        this.#entrance.expire(place.session);
        // Safety: a session that has expired refuses all its numbers for ever, and no other session
        // gets its id. So if this answer is to the only copy that can have arrived, that copy has not
        // taken effect and never will, and the write may go out anew under another session. If an
        // earlier copy may have arrived, it may have taken effect before the session expired.
        if (tally.mayHaveArrived) {
          throw error;
        }
      } finally {
        this.#entrance.leave(place);
      }
    }
  }

  #writeIn<R>(
    { session, number }: Place,
    toCall: StampedCall<R>,
    limits: { patience: Patience; tally: Tally },
  ): Promise<R> {
    // The stamp is made anew at each attempt: the lowest number awaited may have risen meanwhile.
    return this.#retry.pursue({ toCall: () => toCall(session.stamp(number)), ...limits });
  }
}
