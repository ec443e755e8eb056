/** What a transport counts. */

/** Counters since the start. */
export interface PeerCounts {
  /** Messages delivered. */
  readonly received: number;
  /** Frames that failed a check; each also ended its connection. */
  readonly invalidFrames: number;
  /** Connections refused before or in the handshake, or ended for what they sent. */
  readonly refusedConnections: number;
  /** Messages handed to a connection. */
  readonly sent: number;
  /** Messages not sent: no connection, or a full queue. */
  readonly dropped: number;
}
