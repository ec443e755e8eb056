/** Mistakes of a peer that lost its memory, and of the peers that admit it again. */
import { bySimulation, byTest, type Mutant } from '../mutant.ts';

export const rejoinMutants: readonly Mutant[] = [
  {
    id: 'votes-at-once-after-loss',
    mistake: 37,
    does: 'A peer without memory takes part at once, in every instance.',
    loses: 'It votes against its forgotten promises: a second value is decided.',
    file: 'paxos/src/core/recovery/rejoin.ts',
    right: 'return this.#incarnation === undefined ? -1 : this.#incarnation.votingFloor;',
    wrong: 'return this.#incarnation?.votingFloor ?? -1;',
    caughtBy: [
      bySimulation,
      byTest(
        'unit/paxos/core/recovery/rejoin',
        'promises nothing, votes for nothing and proposes nothing before it is admitted',
      ),
    ],
  },
  {
    id: 'votes-below-floor',
    mistake: 37,
    does: 'A peer that came back votes in instances from before its return.',
    loses: 'As before.',
    file: 'paxos/src/core/instance/agreement.ts',
    right: 'if (!this.#participation.takesPartIn(request.seq)) return;',
    wrong: '',
    caughtBy: [
      bySimulation,
      byTest(
        'unit/paxos/core/recovery/rejoin',
        'is admitted by a quorum of others with memory, above every instance they knew of',
      ),
    ],
  },
  {
    id: 'proposes-below-floor',
    mistake: 37,
    does: 'A peer that came back proposes in instances from before its return.',
    loses: 'It uses ballots of its earlier incarnation again, for other values.',
    file: 'paxos/src/core/instance/agreement.ts',
    right: ' && this.#participation.takesPartIn(seq);\n',
    wrong: ';\n',
    caughtBy: [
      bySimulation,
      byTest(
        'unit/paxos/core/recovery/rejoin',
        'proposes only above its voting floor, below which an earlier incarnation may have used ballots',
      ),
    ],
  },
  {
    id: 'floor-too-low',
    mistake: 37,
    does: 'The voting floor is the lowest of what the others know, not the highest.',
    loses: 'It takes part in instances in which it voted in its earlier incarnation.',
    file: 'paxos/src/core/recovery/rejoin.ts',
    right: 'answers.map(({ max }) => max),',
    wrong: '[Math.min(...answers.map(({ max }) => max))],',
    caughtBy: [
      bySimulation,
      byTest(
        'unit/paxos/core/recovery/rejoin',
        'is admitted by a quorum of others with memory, above every instance they knew of',
      ),
    ],
  },
  {
    id: 'new-peers-decide-anew',
    mistake: 37,
    does: 'New peers in a group of which one peer was restored take part in what that peer has forgotten.',
    loses:
      'They are a quorum without memory, and decide other values where the restored state comes from.',
    file: 'paxos/src/core/recovery/rejoin.ts',
    right: 'const forgotten = Math.max(-1, ...answers.map(({ min }) => min - 1));',
    wrong: 'const forgotten = -1;',
    caughtBy: [
      byTest(
        'unit/paxos/core/recovery/restored-group',
        'decides nothing anew that one of them has forgotten, and goes on above it',
      ),
    ],
  },
  {
    id: 'admitted-by-one',
    mistake: 37,
    does: 'One peer that remembers is enough to come back.',
    loses: 'The others may know of votes that this one does not know of.',
    file: 'paxos/src/core/recovery/rejoin.ts',
    right: 'if (members.length < quorumSize(peerCount)) {',
    wrong: 'if (members.length < 1) {',
    caughtBy: [
      bySimulation,
      byTest(
        'unit/paxos/core/recovery/rejoin',
        'is admitted by a quorum of others with memory, above every instance they knew of',
      ),
    ],
  },
  {
    id: 'admitted-without-memory',
    mistake: 37,
    does: 'Peers without memory count among the quorum that admits another.',
    loses: 'None of them knows what was voted for.',
    file: 'paxos/src/core/recovery/rejoin.ts',
    right: 'answers.filter(({ isMember }) => isMember)',
    wrong: 'answers',
    caughtBy: [
      bySimulation,
      byTest(
        'unit/paxos/core/recovery/rejoin',
        'is not admitted by peers that lost their memory too',
      ),
    ],
  },
  {
    id: 'incarnation-before-durable',
    mistake: 37,
    does: 'A new incarnation is sent before it is on disk.',
    loses: 'After a crash the same incarnation begins twice, with two sets of promises.',
    file: 'paxos/src/core/recovery/rejoin.ts',
    right: 'for (const to of otherPeers(me, peerCount)) step.sendAfter(to, request);',
    wrong: 'for (const to of otherPeers(me, peerCount)) step.sendNow(to, request);',
    caughtBy: [
      bySimulation,
      byTest(
        'unit/paxos/core/recovery/rejoin',
        'asks all others, once its new incarnation is durable',
      ),
    ],
  },
  {
    id: 'admission-before-durable',
    mistake: 37,
    does: 'A peer answers that it recorded a new incarnation before that is on disk.',
    loses: 'After a crash it counts votes of the earlier incarnation.',
    file: 'paxos/src/core/recovery/participation.ts',
    right: "step.sendAfter(from, { type: 'admitted', incarnation,",
    wrong: "step.sendNow(from, { type: 'admitted', incarnation,",
    caughtBy: [
      bySimulation,
      byTest(
        'unit/paxos/core/recovery/rejoin',
        'records the new incarnation of another peer before it answers, and reports its max',
      ),
    ],
  },
  {
    id: 'earlier-incarnation-heard',
    mistake: 37,
    does: 'Messages of an earlier incarnation are processed.',
    loses: 'A vote counts that its voter no longer remembers.',
    file: 'paxos/src/core/peer.ts',
    right: 'if (participation.isStale(from, mark)) return false;',
    wrong: '',
    caughtBy: [
      byTest(
        'unit/paxos/core/recovery/rejoin',
        'ignores what a peer said in an earlier incarnation',
      ),
    ],
  },
  {
    id: 'earlier-incarnation-counted',
    mistake: 37,
    does: 'A peer that admits another still counts what that one said before.',
    loses: 'As before.',
    file: 'paxos/src/core/peer.ts',
    right: 'if (isRecorded) this.#discardAnswersOf(from, step.now);',
    wrong: '',
    caughtBy: [
      byTest(
        'unit/paxos/core/recovery/rejoin',
        'stops counting them also when it is asked to admit that peer',
      ),
    ],
  },
  {
    id: 'lost-tail-ignored',
    mistake: 38,
    does: 'A peer ignores that others remember more of it than it does.',
    loses: 'With the end of its journal gone, it votes against its last promises.',
    file: 'paxos/src/core/recovery/participation.ts',
    right: 'if (incarnation < own || acknowledgedIndex <= writeIndex) return undefined;',
    wrong:
      'if (incarnation < own || acknowledgedIndex > 0 || acknowledgedIndex <= writeIndex) return undefined;',
    caughtBy: [
      byTest(
        'unit/paxos/core/recovery/rejoin',
        'stops when another peer acknowledged more writes than its storage holds',
      ),
    ],
  },
];
