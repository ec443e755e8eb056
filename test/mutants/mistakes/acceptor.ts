/** Mistakes of the acceptor, and in the order in which its answers are sent. */
import { bySimulation, byTest, type Mutant } from '../mutant.ts';

export const acceptorMutants: readonly Mutant[] = [
  {
    id: 'promise-before-durable',
    mistake: 1,
    does: 'An acceptor answers that it promised before the promise is on disk.',
    loses: 'After a power loss it promises to a lower ballot: two values are decided.',
    file: 'paxos/src/core/instance/agreement.ts',
    right: "if (answer.type === 'rejected') step.sendNow(from, answer);",
    wrong: "if (answer.type !== 'accepted') step.sendNow(from, answer);",
    caughtBy: [
      bySimulation,
      byTest('unit/paxos/effect-loop', 'sends a promise only when its write has resolved'),
    ],
  },
  {
    id: 'promise-sinks',
    mistake: 1,
    does: 'An acceptor lets a lower ballot replace its promise.',
    loses: 'Both of two competing proposers win, with different values.',
    file: 'paxos/src/core/instance/acceptor.ts',
    right: `    if (rejection) return rejection;
    if (isLower(instance.promised, ballot)) {`,
    wrong: '    if (!instance.promised || !isSameBallot(instance.promised, ballot)) {',
    caughtBy: [
      bySimulation,
      byTest(
        'unit/paxos/core/instance/acceptor',
        'keeps its promise against lower ballots, in both phases (P1a)',
      ),
    ],
  },
  {
    id: 'vote-before-durable',
    mistake: 2,
    does: 'An acceptor answers that it voted before the vote is on disk.',
    loses: 'After a power loss a decided value has no quorum behind it, and another is decided.',
    file: 'paxos/src/core/instance/agreement.ts',
    right: "if (answer.type === 'rejected') step.sendNow(from, answer);",
    wrong: "if (answer.type !== 'promised') step.sendNow(from, answer);",
    caughtBy: [
      bySimulation,
      byTest('unit/paxos/core/peer', 'promises and votes only after the write'),
    ],
  },
  {
    id: 'vote-is-no-promise',
    mistake: 3,
    does: 'A vote does not raise the promise.',
    loses: 'A lower ballot wins a vote later, and with it a second value.',
    file: 'paxos/src/core/instance/acceptor.ts',
    right: `      instance.promised = ballot;
      instance.vote = { ballot, value };`,
    wrong: '      instance.vote = { ballot, value };',
    caughtBy: [
      bySimulation,
      byTest(
        'unit/paxos/core/instance/acceptor',
        'raises its promise by voting, so that no lower ballot wins a vote later',
      ),
    ],
  },
  {
    id: 'restored-vote-is-no-promise',
    mistake: 3,
    does: 'A vote restored after a restart does not raise the promise.',
    loses: 'As before, in the acceptor that was restarted.',
    file: 'paxos/src/core/instance/acceptor.ts',
    right: 'if (isLower(instance.promised, write.ballot)) instance.promised = write.ballot;',
    wrong: "if (write.type === 'promised') instance.promised = write.ballot;",
    caughtBy: [
      bySimulation,
      byTest('unit/paxos/core/instance/acceptor', 'keeps promises and votes over a restart'),
    ],
  },
  {
    id: 'vote-below-promise',
    mistake: 13,
    does: 'An acceptor votes for a ballot below its promise.',
    loses: 'A proposer that was superseded long ago continues and wins: two values are decided.',
    file: 'paxos/src/core/instance/acceptor.ts',
    right: `    if (rejection) return rejection;
    if (!vote ||`,
    wrong: '    if (!vote ||',
    caughtBy: [
      bySimulation,
      byTest(
        'unit/paxos/core/instance/acceptor',
        'keeps its promise against lower ballots, in both phases (P1a)',
      ),
    ],
  },
  {
    id: 'own-vote-at-once',
    mistake: 15,
    does: 'A proposer counts its own vote before that is on disk.',
    loses: 'A write is acknowledged that fewer than a quorum remember after a power loss.',
    file: 'paxos/src/effect-loop.ts',
    right: 'this.#pending.sendAfter.push(...effects.sendAfter);',
    wrong: `const { me } = this.#options;
    this.#send(effects.sendAfter.filter(({ to }) => to === me));
    this.#pending.sendAfter.push(...effects.sendAfter.filter(({ to }) => to !== me));`,
    caughtBy: [
      bySimulation,
      byTest(
        'unit/paxos/effect-loop',
        'asks for votes during its own write, and counts its own vote only after it',
      ),
    ],
  },
  {
    id: 'forgotten-recreated',
    mistake: 56,
    does: 'An acceptor creates a fresh record of an instance that it has forgotten.',
    loses: 'A slow proposer gets a second value decided there.',
    file: 'paxos/src/core/instance/agreement.ts',
    right: `    if (seq < this.#truncation.min) {
      if (request`,
    wrong: `    if (seq < -this.#truncation.min) {
      if (request`,
    caughtBy: [
      bySimulation,
      byTest(
        'unit/paxos/core/peer',
        'refuses every request about a forgotten instance, and makes no record of it',
      ),
    ],
  },
];
