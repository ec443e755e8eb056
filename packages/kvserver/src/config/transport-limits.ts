/** How much of anything one server grants the others: bytes, milliseconds, connections. */
import { learnCountMax } from '@paxkv/paxos/core';

export interface PeerLimits {
  /** The largest value of one instance, a batch of requests. The same on every server. */
  readonly valueBytesMax: number;
  /** Waiting for one peer to read; what would come on top is dropped. */
  readonly queueBytesMax: number;
  /** From dialling to the answer of the handshake, and the same at the other end. */
  readonly handshakeMsMax: number;
  /** A connection is asked for a sign of life this often. */
  readonly pingIntervalMs: number;
  /** A connection without a sign of life for so long is given up. */
  readonly silenceMsMax: number;
  /** Pause before dialling again: the first one, and the longest one. */
  readonly retryDelayMsMin: number;
  readonly retryDelayMsMax: number;
  /** Incoming connections that have not said yet who they are. */
  readonly strangerCountMax: number;
  /** Instances beyond the highest one mentioned so far: more are taken for damage. */
  readonly seqLeadMax: number;
  /** Rounds beyond the highest one mentioned so far. */
  readonly roundLeadMax: number;
}

export const defaultPeerLimits: PeerLimits = {
  valueBytesMax: 4 * 1024 * 1024,
  queueBytesMax: 16 * 1024 * 1024,
  handshakeMsMax: 3000,
  pingIntervalMs: 1000,
  silenceMsMax: 3000,
  retryDelayMsMin: 50,
  retryDelayMsMax: 2000,
  strangerCountMax: 64,
  // Nobody can be so far ahead: all those instances would still have to be remembered.
  seqLeadMax: 2 ** 32,
  // Nobody loses so many contests: at a thousand a second it takes thirty years.
  roundLeadMax: 2 ** 40,
};

/** Bytes of a message beside its values; generous. */
const messageBytesMax = 1024;

/** The largest frame: the longest `Learned` must fit into one. */
export function frameBytesMax(limits: PeerLimits): number {
  return learnCountMax * limits.valueBytesMax + messageBytesMax;
}
