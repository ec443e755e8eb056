/** Mistakes of a peer that lost its memory, and of those who take it back. */
import { bySimulation, byTest, type Mutant } from '../mutant.ts';

export const rejoinMutants: readonly Mutant[] = [
  {
    id: 'votes-at-once-after-loss',
    mistake: 37,
    does: 'A peer without memory takes part at once, in every instance.',
    loses: 'It votes against its forgotten promises: a second value is decided.',
    file: 'paxos/src/core/recovery/rejoin.ts',
    right: '(this.#incarnation.votingFloor ?? Infinity)',
    wrong: '(this.#incarnation.votingFloor ?? -1)',
    caughtBy: [
      bySimulation,
      byTest(
        'unit/paxos/core/recovery/rejoin',
        'promises nothing, votes for nothing and proposes nothing before it is admitted',
      ),
    ],
  },
  {
    id: 'votes-below-fence',
    mistake: 37,
    does: 'A peer that came back votes in instances from before its return.',
    loses: 'As before.',
    file: 'paxos/src/core/instance/agreement.ts',
    right: 'if (request.seq <= this.#votingFloor) return;',
    wrong: '',
    caughtBy: [
      bySimulation,
      byTest(
        'unit/paxos/core/recovery/rejoin',
        'is admitted by a quorum of others with memory, above all they knew of',
      ),
    ],
  },
  {
    id: 'proposes-below-fence',
    mistake: 37,
    does: 'A peer that came back proposes in instances from before its return.',
    loses: 'It uses ballots of its former life again, for other values.',
    file: 'paxos/src/core/instance/agreement.ts',
    right: 'if (seq <= this.#votingFloor || this.#learner.knows(seq)) return;',
    wrong: 'if (this.#learner.knows(seq)) return;',
    caughtBy: [
      bySimulation,
      byTest(
        'unit/paxos/core/recovery/rejoin',
        'proposes only above its voting floor: below it, a ballot of its former incarnation may be at work',
      ),
    ],
  },
  {
    id: 'fence-too-low',
    mistake: 37,
    does: 'The fence is the lowest of what the others know, not the highest.',
    loses: 'It takes part in instances in which it voted in its former life.',
    file: 'paxos/src/core/recovery/rejoin.ts',
    right: 'return Math.max(...answers.map(({ max }) => max));',
    wrong: 'return Math.min(...answers.map(({ max }) => max));',
    caughtBy: [
      bySimulation,
      byTest(
        'unit/paxos/core/recovery/rejoin',
        'is admitted by a quorum of others with memory, above all they knew of',
      ),
    ],
  },
  {
    id: 'admitted-by-one',
    mistake: 37,
    does: 'One peer that remembers is enough to come back.',
    loses: 'The others may know of votes that this one never heard of.',
    file: 'paxos/src/core/recovery/rejoin.ts',
    right: 'if (members.length < quorumSize(peerCount)) return undefined;',
    wrong: 'if (members.length < 1) return undefined;',
    caughtBy: [
      bySimulation,
      byTest(
        'unit/paxos/core/recovery/rejoin',
        'is admitted by a quorum of others with memory, above all they knew of',
      ),
    ],
  },
  {
    id: 'admitted-by-the-forgetful',
    mistake: 37,
    does: 'Peers without memory themselves count among those who take one back.',
    loses: 'Nobody of them knows what was voted for.',
    file: 'paxos/src/core/recovery/rejoin.ts',
    right: 'answers.filter(({ isMember }) => isMember)',
    wrong: 'answers',
    caughtBy: [
      bySimulation,
      byTest(
        'unit/paxos/core/recovery/rejoin',
        'is not admitted by those who lost their memory too',
      ),
    ],
  },
  {
    id: 'life-before-durable',
    mistake: 37,
    does: 'A new life is spoken of before it is on disk.',
    loses: 'After a crash the same life is begun twice, with two sets of promises.',
    file: 'paxos/src/core/recovery/rejoin.ts',
    right: 'for (const to of this.#others()) outbox.sendAfter(to, request);',
    wrong: 'for (const to of this.#others()) outbox.sendNow(to, request);',
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
    does: 'A peer answers that it recorded a new life before that is on disk.',
    loses: 'After a crash it counts votes of the life that is over.',
    file: 'paxos/src/core/recovery/participation.ts',
    right: "outbox.sendAfter(from, { type: 'admitted', incarnation,",
    wrong: "outbox.sendNow(from, { type: 'admitted', incarnation,",
    caughtBy: [
      bySimulation,
      byTest(
        'unit/paxos/core/recovery/rejoin',
        'records a new incarnation of another before it says so, and tells all it knew of',
      ),
    ],
  },
  {
    id: 'former-life-heard',
    mistake: 37,
    does: 'Messages of a life that is over are heard.',
    loses: 'A vote counts that its owner no longer remembers.',
    file: 'paxos/src/core/peer.ts',
    right: 'if (this.#participation.isStale(from, mark)) return;',
    wrong: '',
    caughtBy: [
      byTest(
        'unit/paxos/core/recovery/rejoin',
        'does not hear what a peer said in an incarnation that is over',
      ),
    ],
  },
  {
    id: 'former-life-counted',
    mistake: 37,
    does: 'Who takes a peer back goes on counting what it said before.',
    loses: 'As before.',
    file: 'paxos/src/core/peer.ts',
    right: 'if (isRecorded) this.#disregard(from, now);',
    wrong: '',
    caughtBy: [
      byTest('unit/paxos/core/recovery/rejoin', 'takes them back also when asked to admit it'),
    ],
  },
  {
    id: 'lost-tail-not-told',
    mistake: 38,
    does: 'A peer pays no heed to others who remember more of it than it does.',
    loses: 'With the end of its journal gone, it votes against its last promises.',
    file: 'paxos/src/core/recovery/participation.ts',
    right: 'if (incarnation < own || acknowledgedIndex <= writeIndex) return undefined;',
    wrong:
      'if (incarnation < own || acknowledgedIndex > 0 || acknowledgedIndex <= writeIndex) return undefined;',
    caughtBy: [
      byTest(
        'unit/paxos/core/recovery/rejoin',
        'stops when another heard more turns of it than it remembers',
      ),
    ],
  },
];
