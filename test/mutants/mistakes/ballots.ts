/** Mistakes about ballots and quorums. */
import { bySimulation, byTest, type Mutant } from '../mutant.ts';

export const ballotMutants: readonly Mutant[] = [
  {
    id: 'ballot-used-twice',
    mistake: 4,
    does: 'A restarted proposer counts its rounds from the start.',
    loses: 'Old answers count for a new proposal: two values at one ballot.',
    file: 'paxos/src/core/ballot-allocator.ts',
    right: 'this.#floor = Math.max(this.#floor, round);',
    wrong: 'this.#floor = Math.min(this.#floor, round);',
    caughtBy: [
      bySimulation,
      byTest(
        'unit/paxos/core/ballot-allocator',
        'never uses a round twice over restarts, also after a crash right after the reservation',
      ),
    ],
  },
  {
    id: 'ballot-before-reserved',
    mistake: 4,
    does: 'A ballot is sent before its round is reserved on disk.',
    loses: 'After a power loss the same ballot is used again, for another value.',
    file: 'paxos/src/core/ballot-allocator.ts',
    right: 'return ballot.round <= this.#durable;',
    wrong: 'return ballot.round <= this.#reserved;',
    caughtBy: [
      bySimulation,
      byTest(
        'unit/paxos/core/ballot-allocator',
        'calls no ballot durable before its reservation is',
      ),
    ],
  },
  {
    id: 'ballot-without-peer',
    mistake: 5,
    does: 'A ballot does not name the peer that proposes.',
    loses: 'Two proposers share a ballot, and a quorum votes for two values at it.',
    file: 'paxos/src/core/ballot-allocator.ts',
    right: 'return { round, peer: this.#me };',
    wrong: 'return { round, peer: 0 };',
    also: [
      {
        file: 'paxos/src/core/plausibility/plausibility.ts',
        right: '(ownBallot(message)?.peer ?? from) !== from',
        wrong: 'from < 0',
      },
    ],
    caughtBy: [
      bySimulation,
      byTest(
        'unit/paxos/core/ballot-allocator',
        'allocates ballots of its own peer, above the one seen',
      ),
    ],
  },
  {
    id: 'ballots-tie',
    mistake: 5,
    does: 'Ballots of one round count as equal, whatever peer made them.',
    loses: 'As before: an acceptor votes for both.',
    file: 'paxos/src/core/ballot.ts',
    right: 'return a.round - b.round || a.peer - b.peer;',
    wrong: 'return a.round - b.round;',
    caughtBy: [
      bySimulation,
      byTest('unit/paxos/core/ballot', 'is never shared by two peers, even in the same round'),
    ],
  },
  {
    id: 'answer-counts-twice',
    mistake: 8,
    does: 'A repeated answer counts as the answer of another peer.',
    loses: 'One peer is a quorum, and two quorums share no peer.',
    file: 'paxos/src/core/quorum.ts',
    right: 'this.#peers.add(peer);',
    wrong: 'this.#peers.add(this.#peers.has(peer) ? -this.#peers.size : peer);',
    caughtBy: [
      bySimulation,
      byTest('unit/paxos/core/quorum', 'counts a peer once, however often it answers'),
    ],
  },
  {
    id: 'half-is-a-quorum',
    mistake: 16,
    does: 'Half of an even number of peers is a quorum.',
    loses: 'Each half of a partition decides for itself.',
    file: 'paxos/src/core/quorum.ts',
    right: 'Math.floor(peerCount / 2) + 1',
    wrong: 'Math.ceil(peerCount / 2)',
    caughtBy: [byTest('unit/paxos/core/quorum', 'takes more than half of an even group')],
  },
  {
    id: 'quorum-one-short',
    mistake: 16,
    does: 'One less than a majority makes a quorum.',
    loses: 'Two quorums need not share a peer, so two values are decided.',
    file: 'paxos/src/core/quorum.ts',
    right: 'Math.floor(peerCount / 2) + 1',
    wrong: 'Math.floor(peerCount / 2)',
    caughtBy: [
      bySimulation,
      byTest(
        'unit/paxos/core/peer',
        'does not count its own vote before its storage has written it',
      ),
    ],
  },
  {
    id: 'rounds-without-end',
    mistake: 52,
    does: 'Rounds grow beyond what a number can hold exactly.',
    loses: 'A round plus one is the same round: a ballot is used twice.',
    file: 'paxos/src/core/ballot-allocator.ts',
    right: 'assert(round <= roundMax,',
    wrong: 'assert(round <= Infinity,',
    caughtBy: [
      byTest(
        'unit/paxos/core/ballot-allocator',
        'stops rather than going beyond the highest round',
      ),
    ],
  },
];
