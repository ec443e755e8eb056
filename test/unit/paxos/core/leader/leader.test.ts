import { BallotAllocator } from '@paxkv/paxos/internal/core/ballot-allocator';
import { Leader } from '@paxkv/paxos/internal/core/leader/leader';
import { expect } from 'chai';
import { ballot, beginStep, evenChance } from '../steps.ts';

const silent = 750;

describe('Leadership', () => {
  let role: Leader<string>;

  beforeEach(() => {
    role = fresh();
  });

  function fresh(isCandidate = true): Leader<string> {
    const [me, peerCount] = [0, 3];
    return new Leader({
      ...{ me, peerCount, ballots: new BallotAllocator(me), random: evenChance, isCandidate },
    });
  }

  /** Lets peer 0 win the log, told by itself and by peer 1 of these votes. */
  function win(
    votes: { seq: number; vote: { ballot: ReturnType<typeof ballot>; value: string } }[] = [],
    firstSeq = 0,
    now = 0,
  ) {
    const lead = role.campaign(now, beginStep().outbox);
    const followed = { type: 'logPromised', ballot: lead.ballot } as const;
    expect(role.onLogPromised(0, { ...followed, firstSeq: 0, votes: [] }, now)).to.equal(false);
    role.onAnswer(1, now);
    expect(role.onLogPromised(1, { ...followed, firstSeq, votes }, now)).to.equal(true);
    return lead.ballot;
  }

  /** The first wake only draws a delay. */
  function canvass(now = 0) {
    role.wake(now);
    const wakeAt = role.wakeAt() ?? 0;
    return { message: role.wake(wakeAt), now: wakeAt };
  }

  it('canvasses soon after the start, and campaigns once a quorum hears no leader', () => {
    const { message, now } = canvass();
    expect(now).to.be.within(1, 50);
    expect(message).to.deep.equal({ type: 'preVote', id: 1 });
    const { outbox } = beginStep();
    expect(role.onPreVoteGranted(0, 1, now, outbox)).to.equal(undefined);
    expect(role.onPreVoteGranted(2, 1, now, outbox)?.ballot).to.deep.equal(ballot(1, 0));
    expect(role.onPreVoteGranted(1, 1, now, outbox)).to.equal(undefined);
  });

  it('counts no endorsement of an earlier poll', () => {
    const { now } = canvass();
    role.wake(role.wakeAt() ?? 0);
    const { outbox } = beginStep();
    role.onPreVoteGranted(0, 2, now, outbox);
    expect(role.onPreVoteGranted(1, 1, now, outbox)).to.equal(undefined);
  });

  it('leads from the first instance on of which every follower told', () => {
    const own = win([], 7);
    expect(role.isLeading).to.equal(true);
    expect(role.leader).to.equal(0);
    expect(role.fastPath(6)).to.equal(undefined);
    expect(role.fastPath(7)).to.deep.equal({ ballot: own, vote: undefined });
  });

  it('is bound to the highest vote of an instance that a follower told of (P2c)', () => {
    const low = { seq: 8, vote: { ballot: ballot(1, 2), value: 'low' } };
    const high = { seq: 8, vote: { ballot: ballot(2, 1), value: 'high' } };
    win([high, low, { seq: 3, vote: high.vote }], 7);
    expect(role.fastPath(8)?.vote?.value).to.equal('high');
    expect(role.unfinished()).to.deep.equal([{ seq: 8, value: 'high' }]);
  });

  it('counts followers of its latest ballot only, and each once', () => {
    const first = role.campaign(0, beginStep().outbox);
    const second = role.campaign(400, beginStep().outbox);
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

  it('beats only when it has said nothing else for a while', () => {
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

  it('gives up when it hears no quorum, so that another may lead', () => {
    win();
    role.wake(0);
    role.onAnswer(2, 300);
    role.wake(750);
    expect(role.isLeading).to.equal(true);
    role.wake(850);
    expect(role.isLeading).to.equal(false);
    expect(role.fastPath(9)).to.equal(undefined);
  });

  it('gives way to a higher ballot, and not to a lower one', () => {
    win();
    role.onLeaderHeard(ballot(1, 0), 0);
    role.onHigherBallot(ballot(0, 2), 0);
    expect(role.isLeading).to.equal(true);
    role.onLeaderHeard(ballot(1, 2), 0);
    expect([role.isLeading, role.leader]).to.deep.equal([false, 2]);
  });

  it('gives way when a quorum may have promised to another', () => {
    win();
    role.onHigherBallot(ballot(5, 1), 0);
    expect(role.isLeading).to.equal(false);
    expect(role.campaign(0, beginStep().outbox).ballot).to.deep.equal(ballot(6, 0));
  });

  it('stops when a follower whose promise it needs has lost its memory', () => {
    win();
    role.discardAnswersOf(2, 0);
    expect(role.isLeading).to.equal(true);
    role.discardAnswersOf(1, 5);
    expect(role.isLeading).to.equal(false);
    expect(role.wakeAt()).to.equal(5);
  });

  it('does not count the promise of a follower that lost its memory in the campaign', () => {
    const { ballot: own } = role.campaign(0, beginStep().outbox);
    const followed = { type: 'logPromised', ballot: own, firstSeq: 0, votes: [] } as const;
    role.onLogPromised(1, followed, 0);
    role.discardAnswersOf(1, 0);
    expect(role.onLogPromised(0, followed, 0)).to.equal(false);
  });

  it('endorses nobody while it leads or hears a leader, unless that asks itself', () => {
    role.onLeaderHeard(ballot(1, 1), 0);
    expect(role.grantsPreVote(2, 100)).to.equal(false);
    expect(role.grantsPreVote(1, 100)).to.equal(true);
    expect(role.grantsPreVote(2, silent)).to.equal(true);
    role = fresh();
    win();
    expect(role.grantsPreVote(1, 0)).to.equal(false);
  });

  it('leaves time to whom it endorsed', () => {
    role.wake(0);
    role.grantsPreVote(1, 20);
    expect(role.wakeAt()).to.equal(170);
  });

  it('follows for as long as the leader is heard', () => {
    const leading = ballot(3, 1);
    role.onLeaderHeard(leading, 0);
    role.onLeaderHeard(leading, 400);
    role.onLeaderHeard(ballot(2, 1), 600);
    expect(role.wakeAt()).to.equal(400 + silent);
  });

  it('goes on canvassing when it hears something that a lost leader said before', () => {
    role.onLeaderHeard(ballot(3, 1), 0);
    role.onDisconnected(1, 10);
    const now = role.wakeAt() ?? 0;
    role.wake(now);
    role.onLeaderHeard(ballot(3, 1), now);
    expect(role.leader).to.equal(undefined);
    role.onPreVoteGranted(0, 1, now, beginStep().outbox);
    expect(role.onPreVoteGranted(2, 1, now, beginStep().outbox)?.ballot).to.deep.equal(
      ballot(4, 0),
    );
  });

  it('takes requests for a sign of incarnation only while they are answered', () => {
    const own = win();
    role.onAnswer(1, 0);
    role.wake(0);
    role.onRequestsSent(40);
    expect(role.wake(50)).to.equal(undefined);
    role.onRequestsSent(300);
    expect(role.wake(300)).to.deep.equal({ type: 'heartbeat', ballot: own });
  });

  it('campaigns at the word of a leader that stops, if it is a candidate', () => {
    expect(role.takeOver(0, beginStep().outbox)).to.deep.equal({
      type: 'prepareLog',
      ballot: ballot(1, 0),
    });
    expect(fresh(false).takeOver(0, beginStep().outbox)).to.equal(undefined);
  });

  it('knows of no leader while it campaigns', () => {
    role.onLeaderHeard(ballot(3, 1), 0);
    role.takeOver(10, beginStep().outbox);
    expect(role.leader).to.equal(undefined);
  });

  it('begins anew when a campaign came to nothing', () => {
    role.campaign(0, beginStep().outbox);
    expect(role.wakeAt()).to.equal(400);
    expect(role.wake(400)).to.deep.equal({ type: 'preVote', id: 1 });
    expect(role.wakeAt()).to.equal(475);
  });

  it('canvasses at once when the connection to the leader ends, and not to another', () => {
    role.onLeaderHeard(ballot(3, 1), 0);
    role.onDisconnected(2, 10);
    expect(role.wakeAt()).to.equal(silent);
    role.onDisconnected(1, 10);
    expect(role.wakeAt()).to.be.within(10, 25);
    expect(role.leader).to.equal(undefined);
  });

  it('asks who answered last to succeed it', () => {
    const own = win();
    role.onAnswer(2, 90);
    expect(role.stepDown()).to.deep.equal({ to: 2, ballot: own });
    expect([role.isLeading, role.stepDown()]).to.deep.equal([false, undefined]);
  });

  it('never asks to lead where it is no candidate', () => {
    role = fresh(false);
    expect(role.wakeAt()).to.equal(undefined);
    expect(role.wake(1e9)).to.equal(undefined);
    role.onLeaderHeard(ballot(3, 1), 0);
    expect(role.leader).to.equal(1);
  });

  it('lets go of votes in instances that are forgotten', () => {
    win([{ seq: 8, vote: { ballot: ballot(1, 1), value: 'x' } }]);
    role.forgetBelow(9);
    expect(role.unfinished()).to.deep.equal([]);
  });
});
