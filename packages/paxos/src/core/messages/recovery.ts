/**
 * The messages by which a peer that lost its memory is admitted again.
 * Paxos Made Live §5.1: a replica with a damaged disk takes no part until nothing that it may have
 * promised can matter any more.
 */

/** A peer without memory to all others: I begin a new incarnation. */
export interface Admit {
  readonly type: 'admit';
  /** From 1. It must exceed every incarnation of the sender that the receiver knows of. */
  readonly incarnation: number;
  /** A random number that tells one try at an incarnation from another. */
  readonly attempt: number;
}

/**
 * Answer to Admit: the new incarnation is recorded durably, and the sender counts nothing that the peer
 * said before it.
 */
export interface Admitted {
  readonly type: 'admitted';
  readonly incarnation: number;
  readonly attempt: number;
  /** Whether the sender has memory itself: it takes part, and knows in what it took part. */
  readonly isMember: boolean;
  /** Whether the sender never admitted this peer before. */
  readonly isNew: boolean;
  /** The highest seq the sender knew of when it answered, or −1. */
  readonly max: number;
  /** The highest round the sender ever promised for the whole log, or 0. */
  readonly round: number;
}

/** Answer to Admit: an incarnation as high as that is recorded already. */
export interface StaleIncarnation {
  readonly type: 'staleIncarnation';
  readonly incarnation: number;
  readonly attempt: number;
  /** The latest incarnation of that peer known to the sender. */
  readonly latest: number;
}
