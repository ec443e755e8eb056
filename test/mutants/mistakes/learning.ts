/** Mistakes about decisions: learning, notifying, catching up and forgetting. */
import { bySimulation, byTest, type Mutant } from '../mutant.ts';

export const learningMutants: readonly Mutant[] = [
  {
    id: 'older-vote-believed',
    mistake: 14,
    does: 'A notice is taken for the own vote, also if that vote is of an older ballot.',
    loses: 'One replica applies a value that was not decided.',
    file: 'paxos/src/core/commit/decisions.ts',
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
    id: 'own-vote-over-notice',
    mistake: 14,
    does: 'A notice is taken for the own vote, though it names the value.',
    loses: 'As before.',
    file: 'paxos/src/core/commit/decisions.ts',
    right: 'else if (seq >= this.#truncation.min) this.#decide({ seq, value }, step);',
    wrong:
      'else if (seq >= this.#truncation.min)\n      this.#decide({ seq, value: this.#acceptor.vote(seq)?.value ?? value }, step);',
    caughtBy: [
      bySimulation,
      byTest('unit/paxos/core/peer', 'prefers the value in a notice to that of its own vote'),
    ],
  },
  {
    id: 'vote-taken-for-decision',
    mistake: 21,
    does: 'A value that this peer has voted for counts as decided.',
    loses: 'A reader sees a write that later vanishes.',
    file: 'paxos/src/core/instance/agreement.ts',
    right: 'const decision = this.#learner.decision(seq);',
    wrong: 'const decision = this.#learner.decision(seq) ?? this.#acceptor.vote(seq);',
    caughtBy: [
      bySimulation,
      byTest(
        'unit/paxos/effect-loop',
        'asks for votes during its own write, and counts its own vote only after it',
      ),
    ],
  },
  {
    id: 'never-asks',
    mistake: 23,
    does: 'A peer that missed a decision never asks for it.',
    loses: 'A server that was away stays behind until others write.',
    file: 'paxos/src/core/commit/catch-up.ts',
    right: 'if (seq > known) return;',
    wrong: 'if (seq > known || seq <= known) return;',
    caughtBy: [
      byTest('unit/paxos/core/commit/catch-up', 'asks for what it lacks, at most a page at a time'),
    ],
  },
  {
    id: 'ignores-learned',
    mistake: 23,
    does: 'A peer that missed a decision ignores the answers to its questions.',
    loses: 'It asks about the instance for ever, and applies nothing above it.',
    file: 'paxos/src/core/instance/agreement.ts',
    right: 'this.#onLearned(from, message, step);',
    wrong: '',
    caughtBy: [
      bySimulation,
      byTest(
        'unit/paxos/core/peer',
        'asks a peer that knows more, page by page as the answers come',
      ),
    ],
  },
  {
    id: 'notified-once',
    mistake: 23,
    does: 'A notice that was undeliverable is not sent again.',
    loses: 'A peer that was cut off for a moment misses a decision until it catches up.',
    file: 'paxos/src/core/commit/decisions.ts',
    right: "if (message.type === 'decided') this.#retries.onUndeliverable(to, message, now);",
    wrong: "if (message.type === 'decided') return;",
    caughtBy: [
      byTest(
        'unit/paxos/core/commit/notice-retries',
        'is what a peer does when its Decided is undeliverable',
      ),
    ],
  },
  {
    id: 'piggybacked-notified-once',
    mistake: 23,
    does: 'A notice is not sent again if the request that carried it was undeliverable.',
    loses: 'As before.',
    file: 'paxos/src/core/commit/decisions.ts',
    right: 'for (const outcome of message.decided ?? [])',
    wrong: 'for (const outcome of (message.decided ?? []).slice(0, 0))',
    caughtBy: [
      byTest(
        'unit/paxos/core/leader/election',
        'sends a notice again if the request that carried it was undeliverable',
      ),
    ],
  },
  {
    id: 'notice-waits-for-request',
    mistake: 23,
    does: 'A notice that no request carries is dropped.',
    loses: 'The others learn the last decision only when they ask.',
    file: 'paxos/src/core/commit/decisions.ts',
    right:
      "      for (const outcome of outcomes) step.sendNow(to, { type: 'decided', ...outcome });\n",
    wrong: '      if (outcomes.length < 0) return;\n',
    caughtBy: [
      byTest(
        'unit/paxos/commit-notices',
        'are sent by themselves when the host says that another one waits',
      ),
      byTest(
        'unit/paxos/core/leader/election',
        'delays no notice while votes in another instance are slow to come',
      ),
    ],
  },
  {
    id: 'notified-in-vain',
    mistake: 23,
    does: 'A peer that gets a notice without having voted does not ask what was decided.',
    loses: 'It stays behind until it notices a log gap.',
    file: 'paxos/src/core/commit/decisions.ts',
    right: "else step.sendNow(from, { type: 'learn', seq, count: 1 });",
    wrong: '',
    caughtBy: [
      byTest(
        'unit/paxos/core/leader/election',
        'asks for the value of a decision where it has no vote, or an older one',
      ),
    ],
  },
  {
    id: 'heartbeat-ignored',
    mistake: 23,
    does: 'A follower ignores how far the leader knows every decision.',
    loses:
      'A peer that missed the last decision before clients paused stays behind until they write again.',
    file: 'paxos/src/core/leader/election.ts',
    right: '    this.#catchUp.onKnownUpTo(from, knownUpTo, step);\n',
    wrong: '',
    caughtBy: [
      byTest(
        'unit/paxos/core/leader/election',
        'learns within a heartbeat what a lost notice was about',
      ),
    ],
  },
  {
    id: 'decided-and-voted-again',
    mistake: 56,
    does: 'A peer that knows a decision takes part as if there were none.',
    loses: 'Its promise and vote were dropped, so a second value is decided.',
    file: 'paxos/src/core/instance/agreement.ts',
    right: 'if (values.length > 0) step.sendNow(',
    wrong: "if (values.length > 0 && request.type === 'learn') step.sendNow(",
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
    does: 'The log is forgotten as far as any one peer is done with it.',
    loses: 'A peer that was away can never learn what it missed.',
    file: 'paxos/src/core/commit/truncation.ts',
    right: '1 + Math.min(...this.doneByPeer)',
    wrong: '1 + Math.max(...this.doneByPeer)',
    caughtBy: [
      bySimulation,
      byTest('unit/paxos/core/commit/truncation', 'forgets only what every peer is done with'),
    ],
  },
  {
    id: 'floor-not-adopted',
    mistake: 57,
    does: 'A peer does not adopt the floor of another peer.',
    loses: 'Peers that never exchange messages remember everything: memory grows without bound.',
    file: 'paxos/src/core/commit/truncation.ts',
    right: 'this.#floor = Math.max(this.#floor, floor);',
    wrong: 'this.#floor = Math.max(this.#floor, floor - Infinity);',
    caughtBy: [
      byTest(
        'unit/paxos/core/commit/truncation',
        'adopts the floor of another peer, and forgets no more than its own host is done with',
      ),
    ],
  },
];
