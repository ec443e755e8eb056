import { FailureDetector } from '@paxkv/paxos/internal/core/leader/failure-detector';
import { expect } from 'chai';
import { ballot, constantRandom } from '../steps.ts';

const leader = ballot(3, 1);

describe('FailureDetector', () => {
  let detector: FailureDetector;

  beforeEach(() => {
    detector = new FailureDetector(constantRandom);
  });

  it('waits for more than half a second of silence', () => {
    detector.onLeaderHeard(leader, 1000);
    expect(detector.leader).to.deep.equal(leader);
    expect([detector.isSilent(1499), detector.isSilent(1500)]).to.deep.equal([false, true]);
    expect(detector.wakeAt).to.equal(1750);
  });

  it('hurries after a hint that the leader is gone', () => {
    detector.onLeaderHeard(leader, 1000);
    detector.onLeaderLost(1010, 0);
    expect(detector.leader).to.equal(undefined);
    expect(detector.isSilent(1010)).to.equal(true);
    expect(detector.wakeAt).to.equal(1012.5);
  });

  it('lets the peers next to a lost leader try first, one after another', () => {
    detector.onLeaderHeard(leader, 1000);
    detector.onLeaderLost(1010, 2);
    expect(detector.wakeAt).to.equal(1032.5);
  });

  it('ignores a leader for a moment after such a hint, and no other leader', () => {
    detector.onLeaderHeard(leader, 1000);
    detector.onLeaderLost(1010, 0);
    expect(detector.isOutdated(leader, 1059)).to.equal(true);
    expect(detector.isOutdated(ballot(4, 2), 1011)).to.equal(false);
    expect(detector.isOutdated(leader, 1060)).to.equal(false);
  });

  it('tries again soon, then less and less often, since others may notice later', () => {
    const pauses: number[] = [];
    for (let now = 0; pauses.length < 7; now = detector.wakeAt ?? 0) {
      detector.startPreVote(now);
      pauses.push((detector.wakeAt ?? 0) - now);
    }
    expect(pauses).to.deep.equal([75, 150, 300, 600, 750, 750, 750]);
  });

  it('tries soon again once it has heard a leader since', () => {
    for (const now of [0, 100, 300, 700]) detector.startPreVote(now);
    detector.onLeaderHeard(leader, 1000);
    detector.startPreVote(2000);
    expect(detector.wakeAt).to.equal(2075);
  });

  it('leaves another peer time to win only once, or the one that could win might never try', () => {
    detector.startPreVote(0);
    detector.backOff(60);
    expect(detector.wakeAt).to.equal(210);
    detector.backOff(200);
    expect(detector.wakeAt).to.equal(210);
    detector.startPreVote(210);
    detector.backOff(220);
    expect(detector.wakeAt).to.equal(370);
  });

  it('starts its timer once', () => {
    detector.start(0);
    detector.start(10);
    expect(detector.wakeAt).to.equal(25);
  });

  it('takes no hint while it knows of no leader', () => {
    detector.restartTimer(0);
    detector.onLeaderLost(10, 0);
    expect(detector.wakeAt).to.equal(750);
    expect(detector.isOutdated(leader, 10)).to.equal(false);
  });

  it('leaves time to another peer also before its own timer runs', () => {
    detector.backOff(60);
    expect(detector.wakeAt).to.equal(210);
  });

  it('may leave time to another peer again once its timer was restarted', () => {
    detector.restartTimer(0);
    detector.backOff(10);
    detector.restartTimer(100);
    detector.backOff(800);
    expect(detector.wakeAt).to.equal(950);
  });

  it('does not try sooner because it left time to another peer', () => {
    detector.restartTimer(0);
    detector.backOff(10);
    expect(detector.wakeAt).to.equal(750);
  });
});
