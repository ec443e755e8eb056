/** Collects the effects of one step, and puts messages into envelopes. */
import type { PeerId } from './ballot.ts';
import type { Decision, DurableWrite, Effects, Note } from './effects.ts';
import type { Envelope, Message } from './messages.ts';
import type { Retention } from './retention.ts';

export class Outbox<V> {
  readonly #me: PeerId;
  readonly #retention: Retention;
  readonly #effects: Effects<V>;

  constructor(me: PeerId, retention: Retention, effects: Effects<V>) {
    this.#me = me;
    this.#retention = retention;
    this.#effects = effects;
  }

  /** For what relies on nothing unwritten. */
  sendNow(to: PeerId, message: Message<V>): void {
    this.#effects.sendNow.push(this.#envelope(to, message));
  }

  /** For what vouches for a write of this step or of an earlier one. */
  sendAfter(to: PeerId, message: Message<V>): void {
    this.#effects.sendAfter.push(this.#envelope(to, message));
  }

  persist(write: DurableWrite<V>): void {
    this.#effects.persist.push(write);
  }

  note(write: Note<V>): void {
    this.#effects.note.push(write);
  }

  announce(decision: Decision<V>): void {
    this.#effects.decided.push(decision);
  }

  #envelope(to: PeerId, message: Message<V>): Envelope<V> {
    const { done, min } = this.#retention;
    return { from: this.#me, to, done, min, message };
  }
}
