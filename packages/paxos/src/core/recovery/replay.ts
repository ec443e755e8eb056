/** Replay: after a restart, returns each write of an earlier run to the role that made it. */
import { assert } from '../../errors.ts';
import type { Write } from '../effects.ts';
import type { Roles } from '../roles.ts';

export type ReplayedRoles<V> = Pick<
  Roles<V>,
  'acceptor' | 'agreement' | 'ballots' | 'learner' | 'participation' | 'plausibility' | 'truncation'
>;

/** Restores one write. Writes are replayed in the order in which they were made. */
export function replay<V>(write: Write<V>, roles: ReplayedRoles<V>): void {
  if ('ballot' in write) roles.plausibility.noteRound(write.ballot.round);
  switch (write.type) {
    case 'reserved':
      roles.ballots.restore(write.round);
      roles.plausibility.noteRound(write.round);
      break;
    case 'logPromised':
      roles.acceptor.restore(write);
      break;
    case 'promised':
    case 'accepted':
      roles.acceptor.restore(write);
      roles.agreement.noteMax(write.seq);
      break;
    case 'decided': {
      const { seq } = write;
      // A decided null is a value. Only a missing value means that this peer's vote holds it.
      const value = write.value === undefined ? roles.acceptor.vote(seq)?.value : write.value;
      assert(
        value !== undefined,
        `the decision of instance ${seq} was written with a value or a vote`,
      );
      roles.learner.learn(seq, value);
      roles.acceptor.release(seq);
      break;
    }
    case 'forgotten':
      roles.truncation.restore(write.min);
      roles.agreement.noteMax(write.min - 1);
      break;
    case 'incarnation':
    case 'peerRecords':
      roles.participation.restore(write);
      break;
  }
}
