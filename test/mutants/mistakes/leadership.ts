/** Mistakes of leaders, followers and candidates. */
import { bySimulation, byTest, type Mutant } from '../mutant.ts';

export const leadershipMutants: readonly Mutant[] = [
  {
    id: 'log-promise-before-durable',
    mistake: 1,
    does: 'An acceptor sends its log promise before that is on disk.',
    loses: 'After a power loss it promises to a lower ballot, in any instance.',
    file: 'paxos/src/core/leader/election.ts',
    right: 'step.sendAfter(from, answer);',
    wrong: 'step.sendNow(from, answer);',
    caughtBy: [
      bySimulation,
      byTest('unit/paxos/core/leader/election', 'writes the log promise before it is sent'),
    ],
  },
  {
    id: 'log-promise-not-kept',
    mistake: 1,
    does: 'An acceptor keeps its log promise only in instances in which it promised as well.',
    loses: 'A leader decides without phase 1, against a ballot that came between.',
    file: 'paxos/src/core/instance/acceptor.ts',
    right: 'return this.#logPromise && isLower(own, this.#logPromise) ? this.#logPromise : own;',
    wrong: 'return own;',
    caughtBy: [
      bySimulation,
      byTest(
        'unit/paxos/core/leader/election',
        'takes over from a leader, whose requests are rejected from then on',
      ),
    ],
  },
  {
    id: 'candidate-ballot-before-reserved',
    mistake: 4,
    does: 'A candidate sends its ballot before the round is reserved on disk.',
    loses: 'After a power loss the same ballot leads again, with other values.',
    file: 'paxos/src/core/leader/election.ts',
    right: 'if (this.#ballots.isDurable(request.ballot)) step',
    wrong: 'if (request.ballot.round > 0) step',
    caughtBy: [
      bySimulation,
      byTest('unit/paxos/core/leading-peer', 'sends its ballot only once the round is durable'),
    ],
  },
  {
    id: 'old-log-promise-counts',
    mistake: 6,
    does: 'A log promise at an earlier ballot counts for the current candidacy.',
    loses: 'A leader without a quorum behind it.',
    file: 'paxos/src/core/leader/log-promises.ts',
    right: '    if (!isSameBallot(this.ballot, ballot)) return;\n',
    wrong: '',
    caughtBy: [
      bySimulation,
      byTest(
        'unit/paxos/core/leader/leader',
        'counts log promises for its latest ballot only, and each peer once',
      ),
    ],
  },
  {
    id: 'leader-forgets-votes',
    mistake: 10,
    does: 'A new leader ignores the votes that acceptors report.',
    loses: 'A value that was decided under the last leader is overwritten.',
    file: 'paxos/src/core/leader/log-promises.ts',
    right: 'if (isLower(this.#votes.get(seq)?.ballot, vote.ballot)) this.#votes.set(seq, vote);',
    wrong: '',
    caughtBy: [
      bySimulation,
      byTest(
        'unit/paxos/core/leader/leader',
        'is bound by the highest vote that any acceptor reported in an instance (P2c)',
      ),
    ],
  },
  {
    id: 'log-promise-claims-all',
    mistake: 10,
    does: 'An acceptor that has more votes than one message takes claims to have told them all.',
    loses: 'A new leader proposes its own value where another one may be decided.',
    file: 'paxos/src/core/instance/acceptor.ts',
    right: 'const firstSeq = omitted ? omitted.seq + 1 : firstOpen;',
    wrong: 'const firstSeq = omitted ? firstOpen : firstOpen;',
    caughtBy: [
      bySimulation,
      byTest(
        'unit/paxos/core/instance/acceptor',
        'tells all votes up to 2, and beyond that the highest 2 and where they begin',
      ),
    ],
  },
  {
    id: 'leader-from-the-first',
    mistake: 10,
    does: 'A new leader skips phase 1 also where acceptors did not report their votes.',
    loses: 'As before.',
    file: 'paxos/src/core/leader/leader.ts',
    right: "if (role.name !== 'leader' || !role.promises.covers(seq)) return undefined;",
    wrong: "if (role.name !== 'leader') return undefined;",
    caughtBy: [
      bySimulation,
      byTest(
        'unit/paxos/core/leader/leader',
        'skips phase 1 only from the first instance on in which a quorum reported its votes',
      ),
    ],
  },
  {
    id: 'leader-takes-last-vote',
    mistake: 10,
    does: 'A new leader takes the vote that was reported last, not the highest.',
    loses: 'As before.',
    file: 'paxos/src/core/leader/log-promises.ts',
    right: 'if (isLower(this.#votes.get(seq)?.ballot, vote.ballot)) this.#votes.set(seq, vote);',
    wrong: 'this.#votes.set(seq, vote);',
    caughtBy: [
      byTest(
        'unit/paxos/core/leader/leader',
        'is bound by the highest vote that any acceptor reported in an instance (P2c)',
      ),
    ],
  },
  {
    id: 'leader-leaves-gaps',
    mistake: 11,
    does: 'A new leader does not finish what others voted for before it led.',
    loses: 'Those instances stay open until they are noticed as log gaps.',
    file: 'paxos/src/core/leader/leader.ts',
    right: "return this.#role.name === 'leader' ? this.#role.promises.reportedVotes() : [];",
    wrong: 'return [];',
    caughtBy: [
      byTest(
        'unit/paxos/core/leader/leader',
        'is bound by the highest vote that any acceptor reported in an instance (P2c)',
      ),
    ],
  },
  {
    id: 'superseded-leader-continues',
    mistake: 13,
    does: 'A leader that was superseded continues.',
    loses: 'It asks in vain, and its clients wait.',
    file: 'paxos/src/core/leader/leader.ts',
    right: '    if (!this.#isSupersededBy(promised)) return;\n',
    wrong: '    if (!this.#isSupersededBy(promised) || promised.round > 0) return;\n',
    caughtBy: [
      byTest(
        'unit/paxos/core/leader/leader',
        'steps down when a quorum may have promised a higher ballot',
      ),
    ],
  },
  {
    id: 'lost-log-promise-counted',
    mistake: 37,
    does: 'A leader rests on the promise of a peer that has lost its memory since.',
    loses: 'That peer votes for another ballot, and two values are decided.',
    file: 'paxos/src/core/peer.ts',
    right: '    leader.discardAnswersOf(peer, now);\n',
    wrong: '',
    caughtBy: [
      byTest(
        'unit/paxos/core/leading-peer',
        'asks for votes at once, until an acceptor that it rests on begins a new incarnation',
      ),
    ],
  },
  {
    id: 'unaware-leader-obeyed',
    mistake: 37,
    does: 'A peer votes for a leader that does not know of a new incarnation.',
    loses: 'As before.',
    file: 'paxos/src/core/peer.ts',
    right: "if (message.type !== 'accept' || !participation.isBehind(mark)) return true;",
    wrong:
      "if (message.type !== 'accept' || !participation.isBehind(mark) || from >= 0) return true;",
    caughtBy: [
      byTest(
        'unit/paxos/core/leader/election',
        'gives no vote to a leader that does not know of a new incarnation',
      ),
    ],
  },
  {
    id: 'leader-without-quorum',
    mistake: 42,
    does: 'A leader that reaches no quorum keeps leading the peers it reaches.',
    loses: 'Where it is heard no other peer may lead: nothing is decided in one round any more.',
    file: 'paxos/src/core/leader/leader.ts',
    right: 'if (!this.#isReachingQuorum(silenceMs, now)) {',
    wrong: 'if (!this.#isReachingQuorum(silenceMs, now) && now < 0) {',
    caughtBy: [
      byTest(
        'unit/paxos/core/leader/leader',
        'steps down when no quorum answers, so that another peer may lead',
      ),
    ],
  },
  {
    id: 'heard-counts-as-reached',
    mistake: 42,
    does: 'A leader counts peers that it hears, though they cannot hear it.',
    loses: 'It decides nothing, and the peers that hear it keep it.',
    file: 'paxos/src/core/peer.ts',
    right: 'if (isAnswer(message)) leader.onAnswer(from, step.now);',
    wrong: 'if (isAnswer(message) || from >= 0) leader.onAnswer(from, step.now);',
    caughtBy: [
      byTest(
        'paxos/election',
        'settle wherever two peers reach each other, in whichever directions links are cut',
      ),
    ],
  },
  {
    id: 'former-leader-believed',
    mistake: 42,
    does: 'Any request at the ballot of a leader counts as a sign that it leads.',
    loses: 'A leader that stepped down still asks for votes, and no peer takes its place.',
    file: 'paxos/src/core/leader/election.ts',
    right: 'if (isLeaders && seq > this.#agreement.max)',
    wrong: 'if (isLeaders && seq > -2)',
    caughtBy: [
      byTest(
        'paxos/election',
        'settle wherever two peers reach each other, in whichever directions links are cut',
      ),
    ],
  },
  {
    id: 'backs-off-for-ever',
    mistake: 42,
    does: 'A peer that grants a pre-vote backs off each time, however often the candidates fail.',
    loses: 'Where only one peer could win, it never tries.',
    file: 'paxos/src/core/leader/failure-detector.ts',
    right: '    if (this.#hasBackedOff) return;\n',
    wrong: '    this.restartTimer(now);\n',
    caughtBy: [
      byTest(
        'unit/paxos/core/leader/failure-detector',
        'leaves another peer time to win only once, or the one that could win might never try',
      ),
      byTest(
        'paxos/election',
        'choose the only peer that reaches a quorum, when the leader is left with one link (quorum loss)',
      ),
    ],
  },
  {
    id: 'lost-leader-believed',
    mistake: 44,
    does: 'A message that a lost leader sent before counts as a sign that it leads.',
    loses: 'Another peer leads half a second later than possible.',
    file: 'paxos/src/core/leader/leader.ts',
    right: '    if (this.#failureDetector.isOutdated(ballot, now)) return;\n',
    wrong: '',
    caughtBy: [
      byTest(
        'unit/paxos/core/leader/leader',
        'continues its pre-vote when it receives something that a lost leader sent before',
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
    does: 'The end of the connection to a leader is ignored.',
    loses: 'Each failure of a leader costs half a second of silence.',
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
    loses: 'Nothing above can be applied until the log gap is noticed.',
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
    id: 'working-leader-superseded',
    mistake: 43,
    does: 'A peer that hears no leader is granted its pre-vote, though others hear one.',
    loses: 'A node that was cut off supersedes the leader whenever it returns.',
    file: 'paxos/src/core/leader/election.ts',
    right: 'else if (from === this.#me || this.#leader.grantsPreVote(from, step.now))',
    wrong: 'else',
    caughtBy: [
      byTest('unit/paxos/core/leader/election', 'does not disturb a leader that others hear'),
    ],
  },
  {
    id: 'silent-leader-kept',
    mistake: 44,
    does: 'No peer starts a pre-vote when the leader falls silent.',
    loses: 'A useless leader is never replaced.',
    file: 'paxos/src/core/leader/failure-detector.ts',
    right: 'this.#wakeAt = now + silenceMs + jitterMs * this.#random.next();',
    wrong: 'this.#wakeAt = now + 1000 * silenceMs;',
    caughtBy: [
      byTest('unit/paxos/core/leader/leader', 'follows for as long as it hears the leader'),
      byTest(
        'paxos/election',
        'choose the only peer that reaches a quorum, when the leader is left with one link (quorum loss)',
      ),
    ],
  },
];
