/**
 * A snapshot of the roles: all that they know between two steps, as plain data. A peer that resumes from it makes the
 * same steps as the one it was taken of, so a recording may begin with one. Rule: each field of a role that a step may
 * change is in the role's snapshot.
 */
import type { Roles } from './roles.ts';

export function snapshotOf<V>(roles: Roles<V>) {
  return {
    acceptor: roles.acceptor.snapshot(),
    agreement: roles.agreement.snapshot(),
    ballots: roles.ballots.snapshot(),
    catchUp: roles.catchUp.snapshot(),
    decisions: roles.decisions.snapshot(),
    delays: roles.delays.snapshot(),
    leader: roles.leader.snapshot(),
    learner: roles.learner.snapshot(),
    participation: roles.participation.snapshot(),
    plausibility: roles.plausibility.snapshot(),
    proposer: roles.proposer.snapshot(),
    quorumRead: roles.quorumRead.snapshot(),
    truncation: roles.truncation.snapshot(),
  };
}

/** What each role knows. */
export type RolesSnapshot<V> = ReturnType<typeof snapshotOf<V>>;

/** All that a peer knows between two steps, as plain data that JSON holds. */
export interface PeerSnapshot<V> {
  /** How many writes its storage has made durable. */
  readonly writeIndex: number;
  readonly roles: RolesSnapshot<V>;
}

/** The roles take over the parts of the snapshot. */
export function resumeRoles<V>(roles: Roles<V>, snapshot: RolesSnapshot<V>): void {
  roles.acceptor.resume(snapshot.acceptor);
  roles.agreement.resume(snapshot.agreement);
  roles.ballots.resume(snapshot.ballots);
  roles.catchUp.resume(snapshot.catchUp);
  roles.decisions.resume(snapshot.decisions);
  roles.delays.resume(snapshot.delays);
  roles.leader.resume(snapshot.leader);
  roles.learner.resume(snapshot.learner);
  roles.participation.resume(snapshot.participation);
  roles.plausibility.resume(snapshot.plausibility);
  roles.proposer.resume(snapshot.proposer);
  roles.quorumRead.resume(snapshot.quorumRead);
  roles.truncation.resume(snapshot.truncation);
}
