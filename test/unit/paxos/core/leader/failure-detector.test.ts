import { Vigil } from '@paxkv/paxos/internal/core/leader/failure-detector';
import { expect } from 'chai';
import { ballot, evenChance } from '../steps.ts';

const leader = ballot(3, 1);

describe('Vigil', () => {
  let vigil: Vigil;

  beforeEach(() => {
    vigil = new Vigil(evenChance);
  });

  it('waits for more than half a second of silence', () => {
    vigil.heard(leader, 1000);
    expect(vigil.leader).to.deep.equal(leader);
    expect([vigil.isSilent(1499), vigil.isSilent(1500)]).to.deep.equal([false, true]);
    expect(vigil.wakeAt).to.equal(1750);
  });

  it('hurries when there is a sign that the leader is gone', () => {
    vigil.heard(leader, 1000);
    vigil.lose(1010, 0);
    expect(vigil.leader).to.equal(undefined);
    expect(vigil.isSilent(1010)).to.equal(true);
    expect(vigil.wakeAt).to.be.within(1010, 1015);
  });

  it('lets the peers next to a lost leader try first, one after another', () => {
    vigil.heard(leader, 1000);
    vigil.lose(1010, 2);
    expect(vigil.wakeAt).to.be.within(1030, 1035);
  });

  it('doubts for a moment what it hears of a leader after such a sign, and of no other', () => {
    vigil.heard(leader, 1000);
    vigil.lose(1010, 0);
    expect(vigil.doubts(leader, 1059)).to.equal(true);
    expect(vigil.doubts(ballot(4, 2), 1011)).to.equal(false);
    expect(vigil.doubts(leader, 1060)).to.equal(false);
  });

  it('tries again soon, then more and more rarely, since others may notice later', () => {
    const pauses: number[] = [];
    for (let now = 0; pauses.length < 7; now = vigil.wakeAt ?? 0) {
      vigil.begin(now);
      pauses.push((vigil.wakeAt ?? 0) - now);
    }
    expect(pauses).to.deep.equal([75, 150, 300, 600, 750, 750, 750]);
  });

  it('begins to try soon again when it has heard a leader since', () => {
    for (const now of [0, 100, 300, 700]) vigil.begin(now);
    vigil.heard(leader, 1000);
    vigil.begin(2000);
    expect(vigil.wakeAt).to.equal(2075);
  });

  it('leaves another the time to win, once, or who alone could win would never try', () => {
    vigil.begin(0);
    vigil.yield(60);
    expect(vigil.wakeAt).to.equal(210);
    vigil.yield(200);
    expect(vigil.wakeAt).to.equal(210);
    vigil.begin(210);
    vigil.yield(220);
    expect(vigil.wakeAt).to.equal(370);
  });

  it('does not come back sooner for leaving time to another', () => {
    vigil.watch(0);
    vigil.yield(10);
    expect(vigil.wakeAt).to.equal(750);
  });
});
