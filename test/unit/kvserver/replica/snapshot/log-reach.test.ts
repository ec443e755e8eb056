import { LogReach } from '@paxkv/kvserver/internal/replica/snapshot/log-reach';
import { expect } from 'chai';

describe('LogReach', () => {
  let now: number;
  let applied: number;
  let [min, floor]: [number, number] = [0, 0];
  let isDecided: boolean;
  let isTold: boolean;
  let requests: number[];
  let reach: LogReach;

  beforeEach(() => {
    now = 0;
    applied = 9;
    [min, floor] = [0, 0];
    isDecided = false;
    isTold = false;
    requests = [];
    reach = new LogReach({
      clock: { now: () => now },
      state: {
        get applied() {
          return applied;
        },
      },
      paxos: {
        canLearn: () => isTold,
        floor: () => floor,
        min: () => min,
        requestDecisions: (seq) => requests.push(seq),
        status: () => (isDecided ? { fate: 'decided', value: Buffer.of() } : { fate: 'pending' }),
      },
    });
  });

  function isLostAfter(ms: number): boolean {
    now += ms;
    return reach.isLost();
  }

  it('is not lost as long as the next instance may still be decided by a quorum', () => {
    [min, floor] = [10, 10];
    expect([isLostAfter(0), isLostAfter(5000)]).to.deep.equal([false, false]);
    expect(requests).to.deep.equal([]);
  });

  it('is lost at once where this replica has forgotten the next instance itself', () => {
    [min, floor] = [11, 11];
    expect(isLostAfter(0)).to.equal(true);
  });

  it('is lost below the floor once no replica can tell the next instance for a second', () => {
    floor = 20;
    expect([isLostAfter(0), isLostAfter(999), isLostAfter(1)]).to.deep.equal([false, false, true]);
    expect(requests).to.deep.equal([19, 19, 19]);
  });

  it('is not lost while another replica can tell it, nor where it is known here', () => {
    floor = 20;
    isLostAfter(0);
    isTold = true;
    expect(isLostAfter(5000)).to.equal(false);
    [isTold, isDecided] = [false, true];
    expect(isLostAfter(5000)).to.equal(false);
    isDecided = false;
    expect([isLostAfter(5000), isLostAfter(999)]).to.deep.equal([false, false]);
  });

  it('counts the time anew for each instance', () => {
    floor = 20;
    isLostAfter(0);
    applied = 12;
    expect([isLostAfter(999), isLostAfter(999), isLostAfter(1)]).to.deep.equal([
      false,
      false,
      true,
    ]);
  });
});
