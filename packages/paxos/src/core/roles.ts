/** The roles of one peer, each constructed with the roles it works with. */
import type { Random } from '../environment.ts';
import type { PeerId } from './ballot.ts';
import { BallotAllocator } from './ballot-allocator.ts';
import { CatchUp } from './commit/catch-up.ts';
import { Decisions } from './commit/decisions.ts';
import { PiggybackedNotices } from './commit/piggybacked-notices.ts';
import { QuorumRead } from './commit/quorum-read.ts';
import { Truncation } from './commit/truncation.ts';
import type { Memory } from './effects.ts';
import { Acceptor } from './instance/acceptor.ts';
import { Agreement } from './instance/agreement.ts';
import { Learner } from './instance/learner.ts';
import { Proposer } from './instance/proposer.ts';
import { Election } from './leader/election.ts';
import { Leader } from './leader/leader.ts';
import { otherPeers } from './quorum.ts';
import { Participation } from './recovery/participation.ts';
import { RetryDelays } from './timeouts.ts';

export interface RolesOptions {
  readonly me: PeerId;
  readonly peerCount: number;
  readonly random: Random;
  readonly memory: Memory<unknown>['state'];
  readonly isCandidate: boolean;
}

export interface Roles<V> {
  readonly acceptor: Acceptor<V>;
  readonly agreement: Agreement<V>;
  readonly ballots: BallotAllocator;
  readonly catchUp: CatchUp<V>;
  readonly decisions: Decisions<V>;
  readonly election: Election<V>;
  readonly leader: Leader<V>;
  readonly learner: Learner<V>;
  readonly participation: Participation;
  readonly proposer: Proposer<V>;
  readonly quorumRead: QuorumRead;
  readonly truncation: Truncation;
}

export function createRoles<V>(options: RolesOptions): Roles<V> {
  const { me, peerCount, random, memory, isCandidate } = options;
  const others = otherPeers(me, peerCount);
  const delays = new RetryDelays(random);
  const ballots = new BallotAllocator(me);
  const truncation = new Truncation(me, peerCount);
  const participation = new Participation({ me, peerCount, ballots, delays, random, memory });
  const leader = new Leader<V>({ me, peerCount, ballots, random, isCandidate });

  const acceptor = new Acceptor<V>();
  const learner = new Learner<V>();
  const piggybacked = new PiggybackedNotices(others);
  const proposer = new Proposer<V>({ peerCount, ballots, delays, learner, piggybacked });

  const catchUp = new CatchUp<V>({ me, peerCount, learner, delays });
  const decisions = new Decisions<V>({
    others,
    acceptor,
    learner,
    proposer,
    truncation,
    delays,
    piggybacked,
  });
  const agreement = new Agreement<V>({
    acceptor,
    learner,
    proposer,
    decisions,
    catchUp,
    truncation,
    participation,
    leader,
  });
  const quorumRead = new QuorumRead({ me, peerCount, delays, random, agreement });
  const election = new Election<V>({
    me,
    peerCount,
    ballots,
    leader,
    acceptor,
    agreement,
    catchUp,
  });
  return {
    acceptor,
    agreement,
    ballots,
    catchUp,
    decisions,
    election,
    leader,
    learner,
    participation,
    proposer,
    quorumRead,
    truncation,
  };
}
