/** Lamps: the invariants that a run is held to, each green until it is broken. */

export const lampIds = [
  'agreement',
  'validity',
  'quorum',
  'promises',
  'durable',
  'oneValue',
  'highestVote',
  'history',
] as const;

export type LampId = (typeof lampIds)[number];

/** What broke an invariant first. */
export interface Violation {
  readonly lamp: LampId;
  readonly timeMs: number;
  /** In a few words, with peers, instances and ballots. */
  readonly evidence: string;
}
