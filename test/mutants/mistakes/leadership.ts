/** Mistakes of the peer that leads the log, of those who follow it, and of those who would. */
import { bySimulation, byTest, type Mutant } from '../mutant.ts';

export const leadershipMutants: readonly Mutant[] = [
  {
    id: 'log-promise-before-durable',
    mistake: 1,
    does: 'A follower answers that it promised for the whole log before that is on disk.',
    loses: 'After a power loss it promises to a lower ballot, in any instance.',
    file: 'paxos/src/core/leader/election.ts',
    right: 'outbox.sendAfter(from, answer);',
    wrong: 'outbox.sendNow(from, answer);',
    caughtBy: [
      bySimulation,
      byTest('unit/paxos/core/leader/election', 'writes the log promise before it is told'),
    ],
  },
  {
    id: 'log-promise-not-kept',
    mistake: 1,
    does: 'A follower keeps its promise for the log only in instances it promised in as well.',
    loses: 'A leader decides without a first phase, against a ballot that came between.',
    file: 'paxos/src/core/instance/acceptor.ts',
    right: 'return this.#logPromise && isLower(own, this.#logPromise) ? this.#logPromise : own;',
    wrong: 'return own;',
    caughtBy: [
      bySimulation,
      byTest(
        'unit/paxos/core/leader/election',
        'takes over from a leader, whose requests are refused from then on',
      ),
    ],
  },
  {
    id: 'led-ballot-before-reserved',
    mistake: 4,
    does: 'A candidate speaks of its ballot before the round is reserved on disk.',
    loses: 'After a power loss the same ballot leads again, with other values.',
    file: 'paxos/src/core/leader/election.ts',
    right: 'if (this.#agreement.isDurable(request.ballot)) outbox',
    wrong: 'if (request.ballot.round > 0) outbox',
    caughtBy: [
      bySimulation,
      byTest(
        'unit/paxos/core/leading-peer',
        'lets nobody hear of its ballot before the round is durable',
      ),
    ],
  },
  {
    id: 'old-follower-counts',
    mistake: 6,
    does: 'A promise for the log at an earlier ballot counts for the present campaign.',
    loses: 'A leader without a quorum behind it.',
    file: 'paxos/src/core/leader/leader.ts',
    right: "if (role.name !== 'candidate' || !isSameBallot(role.ballot, ballot)) return false;",
    wrong: "if (role.name !== 'candidate') return false;\n    ballot = role.ballot;",
    caughtBy: [
      bySimulation,
      byTest(
        'unit/paxos/core/leader/leader',
        'counts followers of its latest ballot only, and each once',
      ),
    ],
  },
  {
    id: 'leader-forgets-votes',
    mistake: 10,
    does: 'A new leader pays no heed to the votes that its followers tell it of.',
    loses: 'A value that was decided under the last leader is overwritten.',
    file: 'paxos/src/core/leader/leader.ts',
    right: 'if (isLower(role.votes.get(seq)?.ballot, vote.ballot)) role.votes.set(seq, vote);',
    wrong: '',
    caughtBy: [
      bySimulation,
      byTest(
        'unit/paxos/core/leader/leader',
        'is bound to the highest vote of an instance that a follower told of (P2c)',
      ),
    ],
  },
  {
    id: 'leader-from-the-first',
    mistake: 10,
    does: 'A new leader skips the first phase also where no follower told it of votes.',
    loses: 'As before.',
    file: 'paxos/src/core/leader/leader.ts',
    right: "if (role.name !== 'leader' || seq < role.firstSeq) return undefined;",
    wrong: "if (role.name !== 'leader') return undefined;",
    caughtBy: [
      bySimulation,
      byTest(
        'unit/paxos/core/leader/leader',
        'leads from the first instance on of which every follower told',
      ),
    ],
  },
  {
    id: 'leader-takes-last-vote',
    mistake: 10,
    does: 'A new leader takes the vote that it was told of last, not the highest.',
    loses: 'As before.',
    file: 'paxos/src/core/leader/leader.ts',
    right: 'if (isLower(role.votes.get(seq)?.ballot, vote.ballot)) role.votes.set(seq, vote);',
    wrong: 'role.votes.set(seq, vote);',
    caughtBy: [
      byTest(
        'unit/paxos/core/leader/leader',
        'is bound to the highest vote of an instance that a follower told of (P2c)',
      ),
    ],
  },
  {
    id: 'leader-leaves-holes',
    mistake: 11,
    does: 'A new leader does not finish what others voted for before it led.',
    loses: 'Those instances wait until somebody notices them as holes.',
    file: 'paxos/src/core/leader/leader.ts',
    right: 'return [...role.votes].map(([seq, { value }]) => ({ seq, value }));',
    wrong: 'return [];',
    caughtBy: [
      byTest(
        'unit/paxos/core/leader/leader',
        'is bound to the highest vote of an instance that a follower told of (P2c)',
      ),
    ],
  },
  {
    id: 'outbid-leader-goes-on',
    mistake: 13,
    does: 'A leader that was outbid goes on.',
    loses: 'It asks in vain, and its clients wait.',
    file: 'paxos/src/core/leader/leader.ts',
    right: '    if (!this.#isBeatenBy(promised)) return;\n',
    wrong: '    if (!this.#isBeatenBy(promised) || promised.round > 0) return;\n',
    caughtBy: [
      byTest(
        'unit/paxos/core/leader/leader',
        'gives way when a quorum may have promised to another',
      ),
    ],
  },
  {
    id: 'follower-of-former-life-counted',
    mistake: 37,
    does: 'A leader rests on the promise of a follower that has lost its memory since.',
    loses: 'That follower votes for another, and two values are decided.',
    file: 'paxos/src/core/peer.ts',
    right: '    this.#leader.discardAnswersOf(peer, now);\n',
    wrong: '',
    caughtBy: [
      byTest(
        'unit/paxos/core/leading-peer',
        'asks for votes at once, until a follower that it rests on begins a new incarnation',
      ),
    ],
  },
  {
    id: 'unaware-leader-obeyed',
    mistake: 37,
    does: 'A peer votes for a leader that has not heard of a new incarnation.',
    loses: 'As before.',
    file: 'paxos/src/core/peer.ts',
    right: "if (message.type === 'accept' && this.#participation.isBehind(mark)) {",
    wrong: "if (message.type === 'accept' && this.#participation.isBehind(mark) && to < 0) {",
    caughtBy: [
      byTest(
        'unit/paxos/core/leader/election',
        'gives no vote to a leader that has not heard of a new incarnation',
      ),
    ],
  },
  {
    id: 'leader-without-quorum',
    mistake: 42,
    does: 'A leader that reaches no quorum goes on leading those it reaches.',
    loses: 'Where it is heard nobody else is let lead: nothing is decided in one round any more.',
    file: 'paxos/src/core/leader/leader.ts',
    right: 'if (!this.#isAnsweredWithin(silenceMs, now)) {',
    wrong: 'if (!this.#isAnsweredWithin(silenceMs, now) && now < 0) {',
    caughtBy: [
      byTest(
        'unit/paxos/core/leader/leader',
        'gives up when it hears no quorum, so that another may lead',
      ),
    ],
  },
  {
    id: 'heard-counts-as-reached',
    mistake: 42,
    does: 'A leader counts those it hears, though they cannot hear it.',
    loses: 'It decides nothing, and is kept by those who hear it.',
    file: 'paxos/src/core/peer.ts',
    right: 'if (isAnswer(message)) this.#leader.onAnswer(from, now);',
    wrong: 'if (isAnswer(message) || from >= 0) this.#leader.onAnswer(from, now);',
    caughtBy: [
      byTest(
        'paxos/election',
        'settle wherever two can speak with each other, in whichever directions links are cut',
      ),
    ],
  },
  {
    id: 'former-leader-believed',
    mistake: 42,
    does: 'Any request at the ballot of a leader shows that it is there.',
    loses: 'A leader that gave up asks on for what it began, and nobody takes its place.',
    file: 'paxos/src/core/leader/election.ts',
    right: 'if (isLeaders && seq > this.#agreement.max)',
    wrong: 'if (isLeaders && seq > -2)',
    caughtBy: [
      byTest(
        'paxos/election',
        'settle wherever two can speak with each other, in whichever directions links are cut',
      ),
    ],
  },
  {
    id: 'yields-for-ever',
    mistake: 42,
    does: 'Who endorses others waits each time, however often they fail.',
    loses: 'Where all can reach only one, that one never tries.',
    file: 'paxos/src/core/leader/failure-detector.ts',
    right: '    if (this.#hasYielded) return;\n',
    wrong: '    this.restartTimer(now);\n',
    caughtBy: [
      byTest(
        'unit/paxos/core/leader/failure-detector',
        'leaves another the time to win, once, or who alone could win would never try',
      ),
      byTest(
        'paxos/election',
        'choose the only one who reaches a quorum, when the leader is left with one link (quorum loss)',
      ),
    ],
  },
  {
    id: 'lost-leader-believed',
    mistake: 44,
    does: 'What a leader said before it was lost counts as a sign of life.',
    loses: 'Its place is taken half a second later than could be.',
    file: 'paxos/src/core/leader/leader.ts',
    right: '    if (this.#failureDetector.isOutdated(ballot, now)) return;\n',
    wrong: '',
    caughtBy: [
      byTest(
        'unit/paxos/core/leader/leader',
        'goes on canvassing when it hears something that a lost leader said before',
      ),
      byTest(
        'paxos/take-over',
        'takes a few milliseconds when the connections to the leader end, among 3',
      ),
    ],
  },
  {
    id: 'hints-ignored',
    mistake: 44,
    does: 'The end of the connection to a leader is no sign that it is gone.',
    loses: 'Each failure of a leader costs its silence.',
    file: 'paxos/src/core/leader/leader.ts',
    right: 'if (this.#failureDetector.leader?.peer === peer) {',
    wrong: 'if (this.#failureDetector.leader?.peer === peer && now < 0) {',
    caughtBy: [
      byTest(
        'paxos/take-over',
        'takes a few milliseconds when the connections to the leader end, among 3',
      ),
    ],
  },
  {
    id: 'open-below-left',
    mistake: 11,
    does: 'A new leader leaves open what it voted for below the instances that it leads.',
    loses: 'Nothing above can be applied until somebody notices the hole.',
    file: 'paxos/src/core/instance/agreement.ts',
    right: 'for (const { seq, vote } of this.#acceptor.votes())',
    wrong: 'for (const { seq, vote } of this.#acceptor.votes().slice(0, 0))',
    caughtBy: [
      byTest(
        'unit/paxos/core/leader/election',
        'finishes what it voted for below the instances that it leads',
      ),
    ],
  },
  {
    id: 'living-leader-outbid',
    mistake: 43,
    does: 'Whoever hears no leader is let campaign, though others hear one.',
    loses: 'A node that was cut off throws out the leader whenever it returns.',
    file: 'paxos/src/core/leader/election.ts',
    right: 'else if (from === this.#me || this.#leader.grantsPreVote(from, now))',
    wrong: 'else',
    caughtBy: [
      byTest(
        'unit/paxos/core/leader/election',
        'leaves a living leader alone, whoever cannot hear it',
      ),
    ],
  },
  {
    id: 'silent-leader-kept',
    mistake: 44,
    does: 'Nobody canvasses when the leader falls silent.',
    loses: 'A useless leader is never replaced.',
    file: 'paxos/src/core/leader/failure-detector.ts',
    right: 'this.#wakeAt = now + silenceMs + jitterMs * this.#random.next();',
    wrong: 'this.#wakeAt = now + 1000 * silenceMs;',
    caughtBy: [
      byTest('unit/paxos/core/leader/leader', 'follows for as long as the leader is heard'),
      byTest(
        'paxos/election',
        'choose the only one who reaches a quorum, when the leader is left with one link (quorum loss)',
      ),
    ],
  },
];
