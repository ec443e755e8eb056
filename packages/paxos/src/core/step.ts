/** The context of one step of a peer, passed to every role that acts in the step. */
import type { PeerId } from './ballot.ts';
import { type Decision, type DurableWrite, type Effects, type Note, noEffects } from './effects.ts';
import type { Envelope } from './messages/envelope.ts';
import type { Message } from './messages/message.ts';

/** Puts a message into an envelope. */
export type Seal<V> = (to: PeerId, message: Message<V>) => Envelope<V>;

export class Step<V> {
  /** When the step happens, in milliseconds of the host's clock. */
  readonly now: number;
  /** The effects that the roles have asked for so far. */
  readonly effects: Effects<V> = noEffects();
  readonly #seal: Seal<V>;

  constructor(now: number, seal: Seal<V>) {
    this.now = now;
    this.#seal = seal;
  }

  /** Sends a message that does not depend on a pending write. */
  sendNow(to: PeerId, message: Message<V>): void {
    this.effects.sendNow.push(this.#seal(to, message));
  }

  /** Sends a message that vouches for a write of this step or an earlier one, once that write is durable. */
  sendAfter(to: PeerId, message: Message<V>): void {
    this.effects.sendAfter.push(this.#seal(to, message));
  }

  persist(write: DurableWrite<V>): void {
    this.effects.persist.push(write);
  }

  note(write: Note<V>): void {
    this.effects.note.push(write);
  }

  announce(decision: Decision<V>): void {
    this.effects.decided.push(decision);
  }

  /** These decisions have left memory, and not every peer is known to be done with them. */
  truncate(decisions: readonly Decision<V>[]): void {
    this.effects.truncated.push(...decisions);
  }

  /** The pending quorum read has ended: nothing above `readIndex` was decided when it began. */
  concludeRead(readIndex: number): void {
    this.effects.readIndex = readIndex;
  }

  /** This peer must stop: others remember more of it than it does. */
  stop(memoryLoss: string): void {
    this.effects.memoryLoss = memoryLoss;
  }
}
