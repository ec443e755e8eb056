/** The roles of one peer, each constructed with the roles it works with. */
import type { Random } from '../environment.ts';
import type { PeerId } from './ballot.ts';
import { BallotAllocator } from './ballot-allocator.ts';
import { CatchUp } from './commit/catch-up.ts';
import { Decisions } from './commit/decisions.ts';
import { PiggybackedNotices } from './commit/piggybacked-notices.ts';
import { QuorumRead } from './commit/quorum-read.ts';
import type { RetentionPolicy } from './commit/retention-policy.ts';
import { Truncation } from './commit/truncation.ts';
import type { Memory } from './effects.ts';
import { Acceptor } from './instance/acceptor.ts';
import { Agreement } from './instance/agreement.ts';
import { Learner } from './instance/learner.ts';
import { Proposer } from './instance/proposer.ts';
import { Election } from './leader/election.ts';
import { Leader } from './leader/leader.ts';
import type { MessageLimits } from './messages/message-limits.ts';
import { Plausibility } from './plausibility/plausibility.ts';
import { otherPeers } from './quorum.ts';
import { Participation } from './recovery/participation.ts';
import { RetryDelays } from './timeouts.ts';

export interface RolesOptions<V> {
  readonly me: PeerId;
  readonly peerCount: number;
  readonly random: Random;
  readonly memory: Memory<unknown>['state'];
  readonly isCandidate: boolean;
  readonly retention: RetentionPolicy<V>;
  readonly instanceLeapMax: number;
  readonly messageLimits: MessageLimits;
}

export interface Roles<V> {
  readonly acceptor: Acceptor<V>;
  readonly agreement: Agreement<V>;
  readonly ballots: BallotAllocator;
  readonly catchUp: CatchUp<V>;
  readonly decisions: Decisions<V>;
  readonly delays: RetryDelays;
  readonly election: Election<V>;
  readonly leader: Leader<V>;
  readonly learner: Learner<V>;
  readonly participation: Participation;
  readonly plausibility: Plausibility;
  readonly proposer: Proposer<V>;
  readonly quorumRead: QuorumRead;
  readonly truncation: Truncation;
}

export function createRoles<V>(options: RolesOptions<V>): Roles<V> {
  const { me, peerCount, random, memory, isCandidate, retention, messageLimits: limits } = options;
  const others = otherPeers(me, peerCount);
  const delays = new RetryDelays(random);
  const ballots = new BallotAllocator(me);
  const { instanceLeapMax } = options;
  const participation = new Participation({
    ...{ me, peerCount, ballots, delays, random, memory, instanceLeapMax },
  });
  const leader = new Leader<V>({ me, peerCount, ballots, random, isCandidate });

  const acceptor = new Acceptor<V>(limits);
  const { learner, truncation } = createRetention(me, peerCount, retention);
  const plausibility = new Plausibility({
    ...{ me, peerCount, instanceLeapMax, learner, participation },
  });
  const piggybacked = new PiggybackedNotices(others, limits);
  const proposer = new Proposer<V>({ peerCount, ballots, delays, learner, piggybacked });

  const catchUp = new CatchUp<V>({ me, peerCount, learner, truncation, delays, limits });
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
    delays,
    election,
    leader,
    learner,
    participation,
    plausibility,
    proposer,
    quorumRead,
    truncation,
  };
}

/** What a peer knows to be decided, and how much of it the policy lets it forget. */
function createRetention<V>(
  me: PeerId,
  peerCount: number,
  retention: RetentionPolicy<V>,
): Pick<Roles<V>, 'learner' | 'truncation'> {
  if (retention.type === 'everyPeer') {
    return { learner: new Learner<V>(), truncation: new Truncation(me, peerCount) };
  }
  const learner = new Learner<V>((value) => retention.sizeOf(value));
  const truncation = new Truncation(me, peerCount, (from, limit) =>
    learner.budgetStart(retention, from, limit),
  );
  return { learner, truncation };
}
