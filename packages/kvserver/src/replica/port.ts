/** How replicas exchange messages other than those of Paxos: one kind of message, one receiver at a time. */
import type { PeerId } from '@paxkv/paxos';

/** May lose, delay, repeat and reorder messages; must not change them. */
export interface Port<Message> {
  /** Delivers to `receive`, which neither throws nor waits. Called once, before any `send`. */
  open(receive: (from: PeerId, message: Message) => void): void;
  /** Sends without waiting and never throws: a message that cannot be sent is lost. */
  send(to: PeerId, message: Message): void;
  /** Stops delivering. Later calls of `send` are harmless. */
  close(): void;
}
