/** Collects the effects of one step. */
import type { PeerId } from './ballot.ts';
import type { Decision, DurableWrite, Effects, Note } from './effects.ts';
import type { Envelope, Message } from './messages/message.ts';

/** Puts a message into an envelope, with all that rides along. */
export type EnvelopeMaker<V> = (to: PeerId, message: Message<V>) => Envelope<V>;

export class Outbox<V> {
  readonly #seal: EnvelopeMaker<V>;
  readonly #effects: Effects<V>;

  constructor(seal: EnvelopeMaker<V>, effects: Effects<V>) {
    this.#seal = seal;
    this.#effects = effects;
  }

  /** For what relies on nothing unwritten. */
  sendNow(to: PeerId, message: Message<V>): void {
    this.#effects.sendNow.push(this.#seal(to, message));
  }

  /** For what vouches for a write of this step or of an earlier one. */
  sendAfter(to: PeerId, message: Message<V>): void {
    this.#effects.sendAfter.push(this.#seal(to, message));
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

  /** The survey under way has come to its end. */
  readIndex(upTo: number): void {
    this.#effects.readIndex = upTo;
  }

  /** This peer must not go on: its memory is less than others know it to be. */
  stop(memoryLoss: string): void {
    this.#effects.memoryLoss = memoryLoss;
  }
}
