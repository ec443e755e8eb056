/** Limits of the connections between servers. */
import { learnCountMax } from '@paxkv/paxos/core';

export interface PeerLimits {
  /** The largest value of one instance, a batch of requests. The same on every server. */
  readonly valueBytesMax: number;
  /** Bytes queued for one peer; messages beyond it are dropped. */
  readonly queueBytesMax: number;
  /** Longest time from dialing to the answer of the handshake, on either end. */
  readonly handshakeMsMax: number;
  /** Time between two pings. */
  readonly pingIntervalMs: number;
  /** A connection on which nothing has arrived for this long is closed. */
  readonly silenceMsMax: number;
  /** The first and the longest delay before dialing again. */
  readonly retryDelayMsMin: number;
  readonly retryDelayMsMax: number;
  /** Incoming connections that have not completed the handshake; the oldest of them makes room for another. */
  readonly unauthenticatedCountMax: number;
}

export const defaultPeerLimits: PeerLimits = {
  valueBytesMax: 4 * 1024 * 1024,
  queueBytesMax: 16 * 1024 * 1024,
  handshakeMsMax: 3000,
  pingIntervalMs: 1000,
  silenceMsMax: 3000,
  retryDelayMsMin: 50,
  retryDelayMsMax: 2000,
  unauthenticatedCountMax: 32,
};

/** The most bytes of a message without its values. */
const messageBytesMax = 1024;

/** The largest frame: it must hold the longest `Learned`. */
export function frameBytesMax(limits: PeerLimits): number {
  return learnCountMax * limits.valueBytesMax + messageBytesMax;
}
