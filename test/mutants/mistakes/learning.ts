/** Mistakes about decisions: believing, telling, asking and forgetting. */
import { bySimulation, byTest, type Mutant } from '../mutant.ts';

export const learningMutants: readonly Mutant[] = [
  {
    id: 'older-vote-believed',
    mistake: 14,
    does: 'News of a decision is taken for the own vote, also where that is of an older ballot.',
    loses: 'One replica applies a value that nobody decided.',
    file: 'paxos/src/core/instance/decisions.ts',
    right: 'if (vote && !isLower(vote.ballot, ballot))',
    wrong: 'if (vote)',
    caughtBy: [
      byTest('unit/paxos/core/peer', 'does not take the vote of a lower ballot for the decision'),
      byTest(
        'unit/paxos/core/leader/election',
        'asks for the value of a decision where it has no vote, or an older one',
      ),
    ],
  },
  {
    id: 'own-vote-over-news',
    mistake: 14,
    does: 'News of a decision is taken for the own vote, though it names the value.',
    loses: 'As before.',
    file: 'paxos/src/core/instance/decisions.ts',
    right: 'else if (seq >= this.#options.truncation.min) this.decide(seq, value, outbox);',
    wrong:
      'else if (seq >= this.#options.truncation.min)\n      this.decide(seq, this.#options.acceptor.vote(seq)?.value ?? value, outbox);',
    caughtBy: [
      bySimulation,
      byTest('unit/paxos/core/peer', 'takes the value that it is told over that of its own vote'),
    ],
  },
  {
    id: 'vote-taken-for-decision',
    mistake: 21,
    does: 'A value that this peer has voted for counts as decided.',
    loses: 'A reader sees a write that vanishes.',
    file: 'paxos/src/core/instance/agreement.ts',
    right: 'const decision = this.#learner.decision(seq);',
    wrong: 'const decision = this.#learner.decision(seq) ?? this.#acceptor.vote(seq);',
    caughtBy: [
      bySimulation,
      byTest(
        'unit/paxos/paxos',
        'asks for votes beside its own write, and counts its own only after it',
      ),
    ],
  },
  {
    id: 'never-asks',
    mistake: 23,
    does: 'Who missed a decision never asks those who know it.',
    loses: 'A server that was away stays behind until others write.',
    file: 'paxos/src/core/commit/catch-up.ts',
    right: 'if (seq > known) return;',
    wrong: 'if (seq > known || seq <= known) return;',
    caughtBy: [
      byTest('unit/paxos/core/commit/catch-up', 'asks for what it misses and no more than a page'),
    ],
  },
  {
    id: 'deaf-to-answers',
    mistake: 23,
    does: 'Who missed a decision pays no heed to those who tell it.',
    loses: 'It asks about the instance for ever, and applies nothing above it.',
    file: 'paxos/src/core/instance/agreement.ts',
    right: 'this.#onLearned(from, message, outbox);',
    wrong: '',
    caughtBy: [
      bySimulation,
      byTest('unit/paxos/core/peer', 'asks who is further, page by page as the answers come'),
    ],
  },
  {
    id: 'told-once',
    mistake: 23,
    does: 'News of a decision that could not be delivered is not told again.',
    loses: 'Who was cut off for a moment learns of a decision only when it is asked for.',
    file: 'paxos/src/core/instance/decisions.ts',
    right: "if (message.type === 'decided') this.#notices.onUndeliverable(to, message, now);",
    wrong: "if (message.type === 'decided') return;",
    caughtBy: [
      byTest(
        'unit/paxos/core/commit/notices',
        'is what a peer does when its Decided meets a closed door',
      ),
    ],
  },
  {
    id: 'riding-news-told-once',
    mistake: 23,
    does: 'News is not told again that rode on a request which could not be delivered.',
    loses: 'As before.',
    file: 'paxos/src/core/instance/decisions.ts',
    right: 'for (const outcome of message.decided ?? [])',
    wrong: 'for (const outcome of (message.decided ?? []).slice(0, 0))',
    caughtBy: [
      byTest(
        'unit/paxos/core/leader/election',
        'tells again what rode on a request that met a closed door',
      ),
    ],
  },
  {
    id: 'news-waits-for-a-ride',
    mistake: 23,
    does: 'News that no request carries away is dropped.',
    loses: 'The others learn of the last decision only when they ask.',
    file: 'paxos/src/core/instance/decisions.ts',
    right:
      "      for (const outcome of outcomes) outbox.sendNow(to, { type: 'decided', ...outcome });\n",
    wrong: '      if (outcomes.length < 0) return;\n',
    caughtBy: [
      byTest('unit/paxos/commit-notices', 'goes by itself when its host says that somebody waits'),
      byTest(
        'unit/paxos/core/leader/election',
        'keeps no decision to itself while a vote of another instance is slow to come',
      ),
    ],
  },
  {
    id: 'told-in-vain',
    mistake: 23,
    does: 'Who is told of a decision that it did not vote for does not ask what was decided.',
    loses: 'It stays behind until it notices a hole.',
    file: 'paxos/src/core/instance/decisions.ts',
    right: "else outbox.sendNow(from, { type: 'learn', seq, count: 1 });",
    wrong: '',
    caughtBy: [
      byTest(
        'unit/paxos/core/leader/election',
        'asks for the value of a decision where it has no vote, or an older one',
      ),
    ],
  },
  {
    id: 'heartbeat-says-nothing',
    mistake: 23,
    does: 'A follower pays no heed to how far the leader knows what was decided.',
    loses:
      'Who missed the last decision before the clients fell silent stays behind until they speak.',
    file: 'paxos/src/core/leader/election.ts',
    right: '    this.#agreement.catchUp.observe(from, knownUpTo, now, outbox);\n',
    wrong: '',
    caughtBy: [
      byTest(
        'unit/paxos/core/leader/election',
        'learns within a heartbeat what it was told of in vain',
      ),
    ],
  },
  {
    id: 'decided-and-agreed-anew',
    mistake: 56,
    does: 'Who knows a decision takes part as if there were none.',
    loses: 'Its promise and vote were dropped, so a second value is decided.',
    file: 'paxos/src/core/instance/agreement.ts',
    right: 'if (values.length > 0) outbox.sendNow(',
    wrong: "if (values.length > 0 && request.type === 'learn') outbox.sendNow(",
    caughtBy: [
      bySimulation,
      byTest(
        'unit/paxos/core/peer',
        'answers any request about a decided instance with the decision',
      ),
    ],
  },
  {
    id: 'forgets-for-one',
    mistake: 31,
    does: 'The log is forgotten as far as one peer is done with it.',
    loses: 'A peer that was away can never learn what it missed.',
    file: 'paxos/src/core/commit/truncation.ts',
    right: '1 + Math.min(...this.#done)',
    wrong: '1 + Math.max(...this.#done)',
    caughtBy: [
      bySimulation,
      byTest('unit/paxos/core/commit/truncation', 'forgets only what every peer is done with'),
    ],
  },
  {
    id: 'min-not-adopted',
    mistake: 57,
    does: "A peer does not adopt another's word that all are done.",
    loses: 'Peers that never speak to each other remember everything: memory grows without bound.',
    file: 'paxos/src/core/commit/truncation.ts',
    right: `    this.#raise(from, done);
    this.#min = Math.max(this.#min, min);`,
    wrong: '    this.#raise(from, Math.max(done, min - Infinity));',
    caughtBy: [
      byTest(
        'unit/paxos/core/commit/truncation',
        'adopts the min of another peer, which was true when sent and stays true',
      ),
    ],
  },
];
