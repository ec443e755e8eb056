/** How replicas talk to each other beside Paxos: messages of one kind, to one replica at a time. */
import type { PeerId } from '@paxkv/paxos';

/** Carries these messages. It may lose, delay, repeat and reorder them; it must not change them. */
export interface Port<Message> {
  /** Begins to deliver to `receive`, which neither throws nor waits. Called once, before any `send`. */
  open(receive: (from: PeerId, message: Message) => void): void;
  /** Sends without waiting, and never throws: what cannot be sent is lost. */
  send(to: PeerId, message: Message): void;
  /** Stops delivering. Later calls of `send` are harmless. */
  close(): void;
}
