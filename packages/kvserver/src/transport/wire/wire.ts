/** A connection between two servers, whatever carries it: frames in both directions, pings, and its end. */
import type { EventEmitter } from 'node:events';

export interface WireEvents {
  /** A dialed connection is ready for the handshake. */
  readonly ready: [];
  readonly handshake: [frame: Uint8Array];
  /** A frame of messages, after {@link Wire.open}. */
  readonly message: [frame: Uint8Array];
  readonly ping: [];
  readonly pong: [];
  /** Bytes have arrived, which need not be a whole frame. */
  readonly received: [];
  /** The other end sent what it must not send. The connection is left open for the listener to close. */
  readonly violation: [reason: string];
  /** The connection is closed, for this reason if it is known. Emitted once. */
  readonly close: [reason: string];
}

export interface Wire extends EventEmitter<WireEvents> {
  /** Bytes sent that the system has not taken yet. */
  readonly queuedBytes: number;
  /** What only the two ends of this very connection know; empty without TLS. */
  readonly channelBinding: Uint8Array;
  /** The members that the certificate of the other end names; `undefined` without TLS. */
  readonly members: readonly string[] | undefined;
  sendHandshake(frame: Uint8Array): void;
  /** Sends one frame that consists of these parts. Ignored once the connection is closing. */
  sendMessages(parts: readonly Uint8Array[], byteLength: number): void;
  ping(): void;
  /** The handshake is complete: frames of messages follow, each of at most this many bytes. */
  open(frameBytesMax: number): void;
  /** Sends what was queued and the reason, then closes; ends the connection if that takes too long. */
  closeWith(reason: string): void;
  /** Ends the connection at once. */
  terminate(): void;
}
