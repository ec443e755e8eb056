/**
 * What a host must implement: a network, a disk, a clock and randomness. The library contains none of
 * these, so the same code runs in a server, in a simulation and in a browser.
 */
import type { PeerId } from './core/ballot.ts';
import type { Memory, Write } from './core/effects.ts';
import type { Envelope } from './core/messages/envelope.ts';

/** Where a transport delivers what arrives. No call throws or waits. */
export interface Inbox<V> {
  /** A message has arrived. It may be late, repeated or out of order; it must not be forged. */
  receive(envelope: Envelope<V>): void;
  /**
   * A hint that no answer will come to this message of the peer. It may have arrived all the same. A
   * transport that cannot tell never calls this; the peer then repeats a request when its wait ends.
   */
  undeliverable(envelope: Envelope<V>): void;
  /**
   * A hint that `peer` may be gone, for example because the connection to it ended. A transport may call
   * this too often or never: the protocol detects a silent peer in any case.
   */
  disconnected(peer: PeerId): void;
}

/**
 * Carries messages between peers. It may lose, delay, repeat and reorder them. It must not change
 * them, and no one may alter a value after it was passed in.
 */
export interface Transport<V> {
  /** Begins to deliver to `inbox`. Called once, before any `send`. */
  open(inbox: Inbox<V>): Promise<void>;
  /** Sends without waiting, and never throws: a message that cannot be sent is lost. Never to the peer itself. */
  send(envelope: Envelope<V>): void;
  /**
   * Sends at once what `send` was given. Called before each write of the storage and after it. A transport that
   * gathers nothing has no use for it.
   */
  flush?(): void;
  /** Stops delivering and releases every resource. */
  close(): Promise<void>;
}

/** A peer's memory across crashes. */
export interface Storage<V> {
  /**
   * Everything written so far, in the order written. Writes about instances below the latest
   * `forgotten` may be left out, and so may a write that a later one of the same kind and instance
   * replaces.
   *
   * A peer whose memory is not `kept` takes no part until the others have admitted it.
   *
   * @throws Any error if it cannot be determined what was written. The peer then does not start.
   */
  load(): Promise<Memory<V>>;
  /**
   * Makes all of `writes` durable together: when the promise resolves, a crash loses none of them;
   * until then, a crash loses all or none. Not called again before the last call has settled.
   *
   * @throws Any error. The peer then stops for good, since it is unknown what was remembered.
   */
  write(writes: readonly Write<V>[]): Promise<void>;
  /** Releases every resource. Called once, after the last `write` has settled. */
  close(): Promise<void>;
}

/** Time that never goes back. It need not agree with any other clock. */
export interface Clock {
  /** Milliseconds since any fixed moment. */
  now(): number;
  /** Calls back once, when `now()` has reached `time` or soon after. Returns a function that cancels. */
  at(time: number, callback: () => void): () => void;
}

/** Randomness. It only spreads retries in time and draws identifiers that must not repeat. */
export interface Random {
  /** Returns a number from 0 to below 1. */
  next(): number;
}
