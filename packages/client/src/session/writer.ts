/** Makes writes take effect once: a number for each, the same at every attempt. */
import { type CommandOf, KvError, type Request, type WriteType } from '@paxkv/protocol';
import type { ReplyTo } from '../request.ts';
import { Tally } from '../retry/attempts-outcome.ts';
import type { Patience } from '../retry/call-deadline.ts';
import type { Retry } from '../retry/retry.ts';
import type { Entrance } from './admission.ts';

export class Writer {
  readonly #entrance: Entrance;
  readonly #retry: Retry;

  constructor(entrance: Entrance, retry: Retry) {
    this.#entrance = entrance;
    this.#retry = retry;
  }

  /** @throws KvError with what is known of the outcome. */
  async write<C extends CommandOf<WriteType>>(
    command: C,
    patience: Patience,
  ): Promise<ReplyTo<Request<C>>> {
    for (;;) {
      const place = this.#entrance.tryEnter() ?? (await this.#entrance.enter(patience));
      const request: Request<C> = { command, stamp: place };
      const tally = new Tally(command.type);
      try {
        return await this.#retry.pursue(request, { patience, tally });
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
}
