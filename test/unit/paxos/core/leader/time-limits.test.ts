/** The times of leadership: one millisecond before each, at it, and after it. */
import { BallotAllocator } from '@paxkv/paxos/internal/core/ballot-allocator';
import { FailureDetector } from '@paxkv/paxos/internal/core/leader/failure-detector';
import { Leader } from '@paxkv/paxos/internal/core/leader/leader';
import { expect } from 'chai';
import { ballot, beginStep, constantRandom } from '../steps.ts';

/** A silent leader counts as failed. */
const silenceMs = 500;
/** A leader that has sent nothing sends a heartbeat. */
const heartbeatMs = 50;
/** A candidate starts again. */
const candidacyMs = 400;
/** What a leader sent before its connection ended may still come. */
const outdatedMs = 50;

function candidate(): Leader<string> {
  return new Leader<string>({
    ...{ me: 0, peerCount: 3, ballots: new BallotAllocator(0) },
    ...{ random: constantRandom, isCandidate: true },
  });
}

function leaderAt(now: number): Leader<string> {
  const role = candidate();
  const { ballot: own } = role.becomeCandidate(beginStep(0, now));
  role.onAnswer(1, now);
  const promised = { type: 'logPromised', ballot: own, firstSeq: 0, votes: [] } as const;
  for (const from of [0, 1]) role.onLogPromised(from, promised, now);
  expect(role.isLeading).to.equal(true);
  return role;
}

describe('The times of leadership', () => {
  for (const [after, leads] of [
    [silenceMs - 1, true],
    [silenceMs, false],
    [silenceMs + 1, false],
  ] as const) {
    it(`let a leader that reaches no quorum for ${after} ms ${leads ? 'go on' : 'step down'}`, () => {
      const role = leaderAt(1000);
      const message = role.wake(1000 + after);
      expect([role.isLeading, message?.type]).to.deep.equal(
        leads ? [true, 'heartbeat'] : [false, undefined],
      );
    });

    it(`let a follower grant a pre-vote to others only once its leader was silent for as long: ${after} ms`, () => {
      const role = candidate();
      role.onLeaderHeard(ballot(3, 1), 1000);
      expect(role.grantsPreVote(2, 1000 + after)).to.equal(!leads);
    });
  }

  it('let a leader send a heartbeat once it sent nothing for as long, and not before', () => {
    const role = leaderAt(1000);
    expect(role.wake(1000)?.type).to.equal('heartbeat');
    role.onAnswer(1, 1010);
    role.onRequestsSent(1010);
    expect(role.wakeAt()).to.equal(1000 + heartbeatMs);
    expect(role.wake(1000 + heartbeatMs)).to.equal(undefined);
    expect(role.wakeAt()).to.equal(1010 + heartbeatMs);
    expect(role.wake(1010 + heartbeatMs - 1)).to.equal(undefined);
    expect(role.wake(1010 + heartbeatMs)?.type).to.equal('heartbeat');
  });

  it('let requests replace heartbeats only while a quorum answers: half as long as silence', () => {
    for (const [after, replaces] of [
      [silenceMs / 2 - 1, true],
      [silenceMs / 2, false],
    ] as const) {
      const role = leaderAt(1000);
      role.wake(1000);
      role.onRequestsSent(1000 + after);
      const message = role.wake(1000 + after);
      expect(message?.type, `${after} ms`).to.equal(replaces ? undefined : 'heartbeat');
    }
  });

  it('let a candidate wait for promises, and then begin again with a pre-vote', () => {
    const role = candidate();
    role.becomeCandidate(beginStep(0, 1000));
    expect(role.wakeAt()).to.equal(1000 + candidacyMs);
    expect(role.wake(1000 + candidacyMs - 1)).to.equal(undefined);
    expect(role.wake(1000 + candidacyMs)?.type).to.equal('preVote');
  });

  it('let a candidate go on waiting when a promise no longer counts, and a leader begin again', () => {
    const waiting = candidate();
    const { ballot: own } = waiting.becomeCandidate(beginStep(0, 1000));
    const promised = { type: 'logPromised', ballot: own, firstSeq: 0, votes: [] } as const;
    waiting.onLogPromised(1, promised, 1000);
    waiting.discardAnswersOf(1, 1010);
    expect(waiting.wakeAt()).to.equal(1000 + candidacyMs);
    expect(waiting.onLogPromised(0, promised, 1020)).to.equal(false);
    expect(waiting.onLogPromised(2, promised, 1020)).to.equal(true);
    const leader = leaderAt(1000);
    leader.discardAnswersOf(1, 1010);
    expect(leader.isLeading).to.equal(false);
    expect(leader.wakeAt()).to.equal(1010);
  });

  it('let what a leader sent before its connection ended count as old for a moment', () => {
    for (const [after, counts] of [
      [outdatedMs - 1, false],
      [outdatedMs, true],
    ] as const) {
      const role = candidate();
      role.onLeaderHeard(ballot(3, 1), 1000);
      role.onDisconnected(1, 1000);
      expect(role.leader).to.equal(undefined);
      role.onLeaderHeard(ballot(3, 1), 1000 + after);
      expect(role.leader, `${after} ms`).to.equal(counts ? 1 : undefined);
      // Another leader counts at once, also one of the same round.
      role.onLeaderHeard(ballot(3, 2), 1000 + after);
      expect(role.leader).to.equal(2);
    }
  });

  it('let peers that lost a leader try one after the other, the next by number first', () => {
    for (const [lost, before] of [
      [2, 0],
      [1, 1],
    ] as const) {
      const role = candidate();
      role.onLeaderHeard(ballot(3, lost), 1000);
      role.onDisconnected(lost, 1000);
      expect(role.wakeAt(), `peer ${lost}`).to.equal(1000 + 10 * before + 2.5);
    }
  });

  it('let tries follow each other at twice the distance, until they are as rare as silence', () => {
    const detector = new FailureDetector(constantRandom);
    const waits = Array.from({ length: 6 }, () => {
      detector.startPreVote(1000);
      return (detector.wakeAt ?? 0) - 1000;
    });
    expect(waits).to.deep.equal([75, 150, 300, 600, 750, 750]);
  });

  it('let a peer back off for another one once before it tries itself', () => {
    const detector = new FailureDetector(constantRandom);
    detector.start(1000);
    expect(detector.wakeAt).to.equal(1025);
    detector.backOff(1000);
    expect(detector.wakeAt).to.equal(1150);
    detector.backOff(1100);
    expect(detector.wakeAt).to.equal(1150);
    detector.startPreVote(1150);
    detector.backOff(1150);
    expect(detector.wakeAt).to.equal(1300);
  });
});
