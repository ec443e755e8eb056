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
  /** A random number that distinguishes two attempts to begin the same incarnation. */
  readonly attempt: number;
}

/**
 * Answer to Admit: the sender has recorded the new incarnation durably, and counts nothing that the peer
 * sent in earlier ones.
 */
export interface Admitted {
  readonly type: 'admitted';
  readonly incarnation: number;
  readonly attempt: number;
  /** Whether the sender is a member: it has memory, so it knows in which instances it took part. */
  readonly isMember: boolean;
  /** Whether the sender never admitted the addressee before. */
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
