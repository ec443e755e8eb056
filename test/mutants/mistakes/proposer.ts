/** Mistakes of the proposer. */
import { bySimulation, byTest, type Mutant } from '../mutant.ts';

export const proposerMutants: readonly Mutant[] = [
  {
    id: 'old-promise-counts',
    mistake: 6,
    does: 'A promise to an earlier ballot counts for the current one.',
    loses: 'A quorum that never promised: an earlier decision is overwritten.',
    file: 'paxos/src/core/instance/proposer.ts',
    right: "phase.name !== 'preparing' || !isSameBallot(phase.ballot, ballot)) return;",
    wrong: "phase.name !== 'preparing') return;\n    ballot = phase.ballot;",
    caughtBy: [
      bySimulation,
      byTest(
        'unit/paxos/core/instance/proposer',
        'ignores promises and rejections of an earlier ballot',
      ),
    ],
  },
  {
    id: 'ballots-add-up',
    mistake: 7,
    does: 'Votes of different ballots are added up.',
    loses: 'A value counts as decided that no quorum voted for at one ballot.',
    file: 'paxos/src/core/instance/proposer.ts',
    right: "phase.name !== 'accepting' || !isSameBallot(phase.ballot, ballot)) return undefined;",
    wrong: "phase.name !== 'accepting') return undefined;\n    ballot = phase.ballot;",
    caughtBy: [
      bySimulation,
      byTest('unit/paxos/core/instance/proposer', 'never adds up votes of different ballots'),
    ],
  },
  {
    id: 'last-vote-wins',
    mistake: 9,
    does: 'A proposer takes the value of the vote it heard of last.',
    loses: 'A decided value loses to one that was voted for before.',
    file: 'paxos/src/core/instance/proposer.ts',
    right: 'if (vote && isLower(phase.highestVote?.ballot, vote.ballot))',
    wrong: 'if (vote)',
    caughtBy: [
      bySimulation,
      byTest('unit/paxos/core/instance/proposer', 'adopts the higher vote reported first (P2c)'),
    ],
  },
  {
    id: 'first-vote-wins',
    mistake: 9,
    does: 'A proposer takes the value of the vote it heard of first.',
    loses: 'As before.',
    file: 'paxos/src/core/instance/proposer.ts',
    right: 'if (vote && isLower(phase.highestVote?.ballot, vote.ballot))',
    wrong: 'if (vote && !phase.highestVote)',
    caughtBy: [
      bySimulation,
      byTest('unit/paxos/core/instance/proposer', 'adopts the higher vote reported last (P2c)'),
    ],
  },
  {
    id: 'own-value-wins',
    mistake: 12,
    does: 'A proposer proposes its own value, even a noop, whatever the acceptors voted for.',
    loses: 'A value that a quorum voted for is overwritten.',
    file: 'paxos/src/core/instance/proposer.ts',
    right: 'phase.highestVote ? phase.highestVote.value : proposal.ownValue;',
    wrong: 'proposal.ownValue;',
    caughtBy: [
      bySimulation,
      byTest(
        'unit/paxos/core/instance/proposer',
        'keeps its value through a ballot when a promise arrives late with a higher vote',
      ),
    ],
  },
  {
    id: 'no-back-off',
    mistake: 41,
    does: 'A rejected proposer starts again after a wait that is always the same.',
    loses: 'Two proposers supersede each other for ever.',
    file: 'paxos/src/core/timeouts.ts',
    right: 'return doubled(retryDelayMsMin, retryDelayMsMax, attempt) * this.#random.next();',
    wrong: 'return doubled(retryDelayMsMin / 10, 1, attempt);',
    caughtBy: [
      bySimulation,
      byTest(
        'unit/paxos/core/timeouts',
        'spreads retries over a time that doubles, which ends a duel of proposers',
      ),
    ],
  },
  {
    id: 'ignores-rejections',
    mistake: 41,
    does: 'A proposer ignores rejections.',
    loses: 'Once superseded it asks in vain for ever, and its clients wait.',
    file: 'paxos/src/core/instance/proposer.ts',
    right: 'else if (isSameBallot(phase.ballot, ballot)) {',
    wrong: 'else if (!isSameBallot(phase.ballot, ballot)) {',
    caughtBy: [
      bySimulation,
      byTest(
        'unit/paxos/core/instance/proposer',
        'starts again after a random wait, above the ballot that superseded its own',
      ),
    ],
  },
];
