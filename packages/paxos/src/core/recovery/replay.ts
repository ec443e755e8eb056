/** Recall: after a restart, what an earlier run wrote goes back into the roles it came from. */
import { assert } from '../assert.ts';
import type { BallotAllocator } from '../ballot-allocator.ts';
import type { Truncation } from '../commit/truncation.ts';
import type { OwnIncarnation, PeerRecords, Write } from '../effects.ts';
import type { Acceptor } from '../instance/acceptor.ts';
import type { Learner } from '../instance/learner.ts';

export interface ReplayedRoles<V> {
  readonly ballots: BallotAllocator;
  readonly truncation: Truncation;
  readonly acceptor: Acceptor<V>;
  readonly learner: Learner<V>;
}

/** Takes one write back, in the order they were written. Gives back the highest seq it speaks of, or −1. */
export function replay<V>(
  write: Exclude<Write<V>, OwnIncarnation | PeerRecords>,
  roles: ReplayedRoles<V>,
): number {
  switch (write.type) {
    case 'reserved':
      roles.ballots.restore(write.round);
      return -1;
    case 'logPromised':
      roles.acceptor.restore(write);
      return -1;
    case 'promised':
    case 'accepted':
      roles.acceptor.restore(write);
      return write.seq;
    case 'decided': {
      // A decided null is a value: only where none was written does the own vote speak for it.
      const value = write.value === undefined ? roles.acceptor.vote(write.seq)?.value : write.value;
      assert(
        value !== undefined,
        `the decision of instance ${write.seq} came with a value or a vote`,
      );
      roles.learner.learn(write.seq, value);
      roles.acceptor.release(write.seq);
      return write.seq;
    }
    case 'forgotten':
      roles.truncation.restore(write.min);
      return write.min - 1;
  }
}
