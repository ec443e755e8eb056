/**
 * What a host must bring: a network, a disk, a clock and chance. The library has none of its own, so
 * the same code runs in a server, in a simulation and in a browser.
 */
import type { PeerId } from './core/ballot.ts';
import type { Memory, Write } from './core/effects.ts';
import type { Envelope } from './core/messages/message.ts';

/** Where a transport hands over what arrives. Neither call throws or waits. */
export interface Inbox<V> {
  /** A message has arrived. It may be late, repeated or out of order; it must not be forged. */
  receive(envelope: Envelope<V>): void;
  /**
   * A hint that no answer will come to this request. It may have arrived all the same. A transport
   * that cannot tell never calls this, and the peer asks again when its own delays ends.
   */
  undeliverable(envelope: Envelope<V>): void;
  /**
   * A hint that this peer may be gone: the connection to it ended, say. It may also be called too often
   * or never; then its silence is noticed in the end.
   */
  disconnected(peer: PeerId): void;
}

/**
 * Carries messages between peers. It may lose, delay, repeat and reorder them. It must not change
 * them, and a value must not be altered by anyone after it was handed over.
 */
export interface Transport<V> {
  /** Begins to deliver to `inbox`. Called once, before any `send`. */
  open(inbox: Inbox<V>): Promise<void>;
  /** Sends without waiting, and never throws: what cannot be sent is lost. Never to the peer itself. */
  send(envelope: Envelope<V>): void;
  /** Stops delivering and lets go of every resource. */
  close(): Promise<void>;
}

/** A peer's memory across crashes. */
export interface Storage<V> {
  /**
   * Everything written so far, in the order written. Writes about instances below the latest
   * `forgotten` may be left out, and so may a write that a later one of the same kind and instance
   * replaces.
   *
   * A peer whose memory is not `kept` takes no part before the others have admitted it again.
   *
   * @throws Any error if nobody can tell what was written: the peer does not start then.
   */
  load(): Promise<Memory<V>>;
  /**
   * Makes all of `writes` durable together: when the promise resolves, a crash loses none of them;
   * until then, a crash loses all or none. Not called again before the last call has settled.
   *
   * @throws Any error; the peer then stops for good, since it cannot tell what it will remember.
   */
  write(writes: readonly Write<V>[]): Promise<void>;
  /** Lets go of every resource. Called once, after the last `write` has settled. */
  close(): Promise<void>;
}

/** Time that never goes back. It need not agree with any other clock. */
export interface Clock {
  /** Milliseconds since any fixed moment. */
  now(): number;
  /** Calls back once, when `now()` has reached `time` or soon after. Gives back a way to call it off. */
  at(time: number, callback: () => void): () => void;
}

/** Chance. It only spreads retries in time: safety never rests on it. */
export interface Random {
  /** From 0 up to, not including, 1. */
  next(): number;
}
