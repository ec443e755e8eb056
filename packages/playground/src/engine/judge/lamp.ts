/** Lamps: the invariants that a run must keep. Each lamp is green until its invariant is broken. */

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

/** The first violation of an invariant. */
export interface Violation {
  readonly lamp: LampId;
  readonly timeMs: number;
  /** A short description, with peers, instances and ballots. */
  readonly evidence: string;
}
