import { BallotAllocator } from '@paxkv/paxos/internal/core/ballot-allocator';
import { Leader } from '@paxkv/paxos/internal/core/leader/leader';
import { expect } from 'chai';
import { ballot, beginStep, constantRandom } from '../steps.ts';

/** How long a follower waits for a leader, with constant randomness. */
const silentMs = 750;

describe('Leader', () => {
  let role: Leader<string>;

  beforeEach(() => {
    role = fresh();
  });

  function fresh(isCandidate = true, me = 0, peerCount = 3): Leader<string> {
    const ballots = new BallotAllocator(me);
    return new Leader({ me, peerCount, ballots, random: constantRandom, isCandidate });
  }

  /** Lets peer 0 become leader with the log promises of itself and of peer 1, which reports these votes. */
  function win(
    votes: { seq: number; vote: { ballot: ReturnType<typeof ballot>; value: string } }[] = [],
    firstSeq = 0,
    now = 0,
  ) {
    const request = role.becomeCandidate(beginStep(0, now));
    const promised = { type: 'logPromised', ballot: request.ballot } as const;
    expect(role.onLogPromised(0, { ...promised, firstSeq: 0, votes: [] }, now)).to.equal(false);
    role.onAnswer(1, now);
    expect(role.onLogPromised(1, { ...promised, firstSeq, votes }, now)).to.equal(true);
    return request.ballot;
  }

  /** Waits for the election timer, and wakes. */
  function startPreVote(now = 0) {
    role.start(now);
    const wakeAt = role.wakeAt() ?? 0;
    return { message: role.wake(wakeAt), now: wakeAt };
  }

  it('starts a pre-vote soon after the start, and becomes a candidate once a quorum hears no leader', () => {
    const { message, now } = startPreVote();
    expect(now).to.be.within(1, 50);
    expect(message).to.deep.equal({ type: 'preVote', id: 1 });
    const step = beginStep(0, now);
    expect(role.onPreVoteGranted(0, 1, step)).to.equal(undefined);
    expect(role.onPreVoteGranted(2, 1, step)?.ballot).to.deep.equal(ballot(1, 0));
    expect(role.onPreVoteGranted(1, 1, step)).to.equal(undefined);
  });

  it('counts no grant of an earlier pre-vote', () => {
    const { now } = startPreVote();
    role.wake(role.wakeAt() ?? 0);
    const step = beginStep(0, now);
    role.onPreVoteGranted(0, 2, step);
    expect(role.onPreVoteGranted(1, 1, step)).to.equal(undefined);
  });

  it('skips phase 1 only from the first instance on in which a quorum reported its votes', () => {
    const own = win([], 7);
    expect(role.isLeading).to.equal(true);
    expect(role.leader).to.equal(0);
    expect(role.fastPath(6)).to.equal(undefined);
    expect(role.fastPath(7)).to.deep.equal({ ballot: own, vote: undefined });
  });

  it('is bound by the highest vote that any acceptor reported in an instance (P2c)', () => {
    const low = { seq: 8, vote: { ballot: ballot(1, 2), value: 'low' } };
    const high = { seq: 8, vote: { ballot: ballot(2, 1), value: 'high' } };
    win([high, low, { seq: 3, vote: high.vote }], 7);
    expect(role.fastPath(8)?.vote?.value).to.equal('high');
    expect(role.reportedVotes()).to.deep.equal([{ seq: 8, value: 'high' }]);
  });

  it('counts log promises for its latest ballot only, and each peer once', () => {
    const first = role.becomeCandidate(beginStep());
    const second = role.becomeCandidate(beginStep(0, 400));
    const old = { type: 'logPromised', ballot: first.ballot, firstSeq: 0, votes: [] } as const;
    expect(second.ballot).to.deep.equal(ballot(2, 0));
    expect([role.onLogPromised(1, old, 0), role.onLogPromised(2, old, 0)]).to.deep.equal([
      false,
      false,
    ]);
    const own = { ...old, ballot: second.ballot };
    expect([role.onLogPromised(1, own, 0), role.onLogPromised(1, own, 0)]).to.deep.equal([
      false,
      false,
    ]);
    expect(role.onLogPromised(2, own, 0)).to.equal(true);
  });

  it('sends a heartbeat only when it has sent nothing else for a while', () => {
    const own = win();
    expect(role.wake(0)).to.deep.equal({ type: 'heartbeat', ballot: own });
    role.onRequestsSent(30);
    expect(role.wake(50)).to.equal(undefined);
    expect(role.wakeAt()).to.equal(80);
    expect(role.wake(80)).to.deep.equal({ type: 'heartbeat', ballot: own });
  });

  it('never wants to be woken at the time it was just woken, whatever rounding does', () => {
    win();
    for (let time = 0; time < 400; time += 0.1 + Math.PI / 1000) {
      role.onAnswer(1, time);
      role.onRequestsSent(time - 50);
      role.wake(time);
      expect(role.wakeAt()).to.be.above(time);
    }
  });

  it('steps down when no quorum answers, so that another peer may lead', () => {
    win();
    role.wake(0);
    role.onAnswer(2, 300);
    role.wake(750);
    expect(role.isLeading).to.equal(true);
    role.onAnswer(0, 850);
    role.wake(850);
    expect(role.isLeading, 'its own answers are no sign of others').to.equal(false);
    expect(role.wakeAt()).to.equal(850 + silentMs);
    expect(role.fastPath(9)).to.equal(undefined);
  });

  it('steps down for a higher ballot, and not for a lower one', () => {
    win();
    role.onLeaderHeard(ballot(1, 0), 0);
    role.onHigherBallot(ballot(0, 2), 0);
    expect(role.isLeading).to.equal(true);
    role.onLeaderHeard(ballot(1, 2), 0);
    expect([role.isLeading, role.leader]).to.deep.equal([false, 2]);
  });

  it('steps down when a quorum may have promised a higher ballot', () => {
    win();
    role.onHigherBallot(ballot(5, 1), 100);
    expect(role.isLeading).to.equal(false);
    expect(role.wakeAt()).to.equal(100 + silentMs);
    expect(role.becomeCandidate(beginStep()).ballot).to.deep.equal(ballot(6, 0));
  });

  it('steps down when an acceptor whose promise it needs has lost its memory', () => {
    win();
    role.discardAnswersOf(2, 0);
    expect(role.isLeading).to.equal(true);
    role.discardAnswersOf(1, 5);
    expect(role.isLeading).to.equal(false);
    expect(role.wakeAt()).to.equal(5);
  });

  it('as candidate does not count the promise of an acceptor that lost its memory', () => {
    const { ballot: own } = role.becomeCandidate(beginStep());
    const promised = { type: 'logPromised', ballot: own, firstSeq: 0, votes: [] } as const;
    role.onLogPromised(1, promised, 0);
    role.discardAnswersOf(1, 0);
    expect(role.onLogPromised(0, promised, 0)).to.equal(false);
  });

  it('grants no pre-vote while it leads or hears a leader, unless that leader asks', () => {
    role.onLeaderHeard(ballot(1, 1), 0);
    expect(role.grantsPreVote(2, 100)).to.equal(false);
    expect(role.grantsPreVote(1, 100)).to.equal(true);
    expect(role.grantsPreVote(2, silentMs)).to.equal(true);
    role = fresh();
    win();
    expect(role.grantsPreVote(1, 0)).to.equal(false);
  });

  it('leaves time to a peer that it granted a pre-vote', () => {
    role.start(0);
    role.grantsPreVote(1, 20);
    expect(role.wakeAt()).to.equal(170);
  });

  it('follows for as long as it hears the leader', () => {
    const leading = ballot(3, 1);
    role.onLeaderHeard(leading, 0);
    role.onLeaderHeard(leading, 400);
    role.onLeaderHeard(ballot(2, 1), 600);
    expect(role.wakeAt()).to.equal(400 + silentMs);
  });

  it('continues its pre-vote when it receives something that a lost leader sent before', () => {
    role.onLeaderHeard(ballot(3, 1), 0);
    role.onDisconnected(1, 10);
    const now = role.wakeAt() ?? 0;
    role.wake(now);
    role.onLeaderHeard(ballot(3, 1), now);
    expect(role.leader).to.equal(undefined);
    role.onPreVoteGranted(0, 1, beginStep(0, now));
    expect(role.onPreVoteGranted(2, 1, beginStep(0, now))?.ballot).to.deep.equal(ballot(4, 0));
  });

  it('counts requests as heartbeats only while they are answered', () => {
    const own = win();
    role.onAnswer(1, 0);
    role.wake(0);
    role.onRequestsSent(40);
    expect(role.wake(50)).to.equal(undefined);
    role.onRequestsSent(300);
    expect(role.wake(300)).to.deep.equal({ type: 'heartbeat', ballot: own });
  });

  it('becomes a candidate when the leader asks it to take over, if it may lead', () => {
    expect(role.onTransferLeadership(beginStep())).to.deep.equal({
      type: 'prepareLog',
      ballot: ballot(1, 0),
    });
    expect(fresh(false).onTransferLeadership(beginStep())).to.equal(undefined);
  });

  it('knows of no leader while it is a candidate, also when it receives its own request', () => {
    role.onLeaderHeard(ballot(3, 1), 0);
    const request = role.onTransferLeadership(beginStep(0, 10));
    expect(role.leader).to.equal(undefined);
    role.onLeaderHeard(request?.ballot ?? ballot(9, 1), 10);
    expect(role.leader).to.equal(undefined);
  });

  it('knows of no leader once it stops leading, though it heard a lower one before it won', () => {
    role.onHigherBallot(ballot(5, 1), 0);
    const { ballot: own } = role.becomeCandidate(beginStep());
    role.onLeaderHeard(ballot(4, 1), 0);
    const promised = { type: 'logPromised', ballot: own, firstSeq: 0, votes: [] } as const;
    for (const from of [0, 2]) role.onLogPromised(from, promised, 0);
    expect(role.leader).to.equal(0);
    role.stepDown();
    expect(role.leader).to.equal(undefined);
  });

  it('gives up its pre-vote for a leader that it hears', () => {
    const { now } = startPreVote();
    role.onLeaderHeard(ballot(3, 1), now);
    const step = beginStep(0, now);
    for (const from of [0, 2]) expect(role.onPreVoteGranted(from, 1, step)).to.equal(undefined);
    expect(role.leader).to.equal(1);
  });

  it('needs no promise of others while it neither leads nor wants to', () => {
    role.start(0);
    const wakeAt = role.wakeAt();
    role.discardAnswersOf(1, 5);
    expect(role.wakeAt()).to.equal(wakeAt);
    const { now } = startPreVote();
    role.discardAnswersOf(1, now);
    const step = beginStep(0, now);
    role.onPreVoteGranted(0, 1, step);
    expect(role.onPreVoteGranted(2, 1, step)?.type).to.equal('prepareLog');
  });

  it('starts again when a candidacy fails', () => {
    role.becomeCandidate(beginStep());
    expect(role.wakeAt()).to.equal(400);
    expect(role.wake(400)).to.deep.equal({ type: 'preVote', id: 1 });
    expect(role.wakeAt()).to.equal(475);
  });

  it('starts a pre-vote at once when the connection to the leader ends, and not to another peer', () => {
    role.onLeaderHeard(ballot(3, 1), 0);
    role.onDisconnected(2, 10);
    expect(role.wakeAt()).to.equal(silentMs);
    role.onDisconnected(1, 10);
    expect(role.wakeAt()).to.be.within(10, 25);
    expect(role.leader).to.equal(undefined);
  });

  it('asks the peer that answered last to take over', () => {
    const own = win();
    role.onAnswer(2, 90);
    role.onAnswer(0, 99);
    const message = { type: 'transferLeadership', ballot: own };
    expect(role.stepDown()).to.deep.equal({ to: 2, message });
    expect([role.isLeading, role.stepDown()]).to.deep.equal([false, undefined]);
  });

  it('asks nobody to take over if nobody answered', () => {
    const { ballot: own } = role.becomeCandidate(beginStep());
    const promised = { type: 'logPromised', ballot: own, firstSeq: 0, votes: [] } as const;
    for (const from of [0, 1]) role.onLogPromised(from, promised, 0);
    expect(role.stepDown()).to.equal(undefined);
    expect(role.isLeading).to.equal(false);
  });

  it('never tries to lead if it may not', () => {
    role = fresh(false);
    expect(role.wakeAt()).to.equal(undefined);
    expect(role.wake(1e9)).to.equal(undefined);
    role.onLeaderHeard(ballot(3, 1), 0);
    expect(role.leader).to.equal(1);
    role.start(0);
    expect([role.wakeAt(), role.wake(1e9)]).to.deep.equal([undefined, undefined]);
  });

  it('goes on as a candidate when it grants a pre-vote to a lower peer', () => {
    role = fresh(true, 1);
    const { ballot: own } = role.becomeCandidate(beginStep(1));
    expect(role.grantsPreVote(0, 0)).to.equal(true);
    const promised = { type: 'logPromised', ballot: own, firstSeq: 0, votes: [] } as const;
    for (const from of [1, 2]) role.onLogPromised(from, promised, 0);
    expect(role.isLeading).to.equal(true);
  });

  it('goes above the highest ballot of all that it saw, in whatever order they came', () => {
    for (const round of [5, 2]) role.onHigherBallot(ballot(round, 1), 0);
    expect(role.becomeCandidate(beginStep()).ballot).to.deep.equal(ballot(6, 0));
  });

  it('needs the answers of as many others as make a quorum with it', () => {
    role = fresh(true, 0, 5);
    const { ballot: own } = role.becomeCandidate(beginStep());
    const promised = { type: 'logPromised', ballot: own, firstSeq: 0, votes: [] } as const;
    for (const from of [0, 1, 2]) role.onLogPromised(from, promised, 0);
    role.onAnswer(1, 0);
    role.onAnswer(2, 0);
    expect(role.wake(0)?.type).to.equal('heartbeat');
    role.onAnswer(1, 600);
    expect(role.wake(600)).to.equal(undefined);
    expect(role.isLeading).to.equal(false);
  });

  it('has been told of no votes while it does not lead', () => {
    expect(role.reportedVotes()).to.deep.equal([]);
  });

  it('frees votes in forgotten instances', () => {
    win([{ seq: 8, vote: { ballot: ballot(1, 1), value: 'x' } }]);
    role.forgetBelow(9);
    expect(role.reportedVotes()).to.deep.equal([]);
  });
});
