import { Peer } from '@paxkv/paxos/core';
import { NoticeRetries } from '@paxkv/paxos/internal/core/commit/notice-retries';
import { RetryDelays } from '@paxkv/paxos/internal/core/timeouts';
import { expect } from 'chai';
import { nothingForgotten, plainMark } from '../../../contracts/plain-mark.ts';
import { kept } from '../steps.ts';

const decided = (seq: number) =>
  ({ type: 'decided', seq, ballot: { round: 1, peer: 0 }, value: `value ${seq}` }) as const;

const fresh = () => new NoticeRetries<string>(new RetryDelays({ next: () => 0.5 }));

describe('NoticeRetries', () => {
  it('has nothing to send while every notice arrives', () => {
    const retries = fresh();
    expect(retries.wakeAt()).to.equal(undefined);
    expect(retries.takeDue(1e9)).to.deep.equal([]);
  });

  it('sends a notice again, after a pause, if it was undeliverable', () => {
    const retries = fresh();
    retries.onUndeliverable(2, decided(7), 1000);
    const wakeAt = retries.wakeAt() ?? 0;
    expect(wakeAt).to.be.above(1000);
    expect(retries.takeDue(wakeAt - 1)).to.deep.equal([]);
    expect(retries.takeDue(wakeAt)).to.deep.equal([{ to: 2, notice: decided(7) }]);
  });

  it('sends once for each report that it was undeliverable', () => {
    const retries = fresh();
    retries.onUndeliverable(2, decided(7), 0);
    expect(retries.takeDue(1e6)).to.have.length(1);
    expect(retries.takeDue(1e6)).to.have.length(0);
    expect(retries.wakeAt()).to.equal(undefined);
  });

  it('waits longer each time, and gives up in the end: a peer that was away catches up', () => {
    const retries = fresh();
    const pauses: number[] = [];
    for (let count = 0; count < 20; count += 1) {
      retries.onUndeliverable(2, decided(7), 0);
      const wakeAt = retries.wakeAt();
      if (wakeAt !== undefined) pauses.push(wakeAt);
      else break;
      retries.takeDue(wakeAt);
    }
    expect(pauses).to.have.length(8);
    expect(pauses).to.deep.equal(pauses.toSorted((a, b) => a - b));
  });

  it('remembers a bounded number of notices, the latest', () => {
    const retries = fresh();
    for (let seq = 0; seq < 1000; seq += 1) retries.onUndeliverable(1, decided(seq), 0);
    const due = retries.takeDue(1e6);
    expect(due).to.have.length(64);
    expect(due.at(-1)).to.deep.equal({ to: 1, notice: decided(999) });
  });

  it('forgets the notices first that were undeliverable longest ago', () => {
    const retries = fresh();
    for (let seq = 0; seq < 64; seq += 1) retries.onUndeliverable(1, decided(seq), 0);
    retries.onUndeliverable(1, decided(0), 0);
    retries.onUndeliverable(1, decided(64), 0);
    const seqs = retries.takeDue(1e6).map(({ notice }) => notice.seq);
    expect(seqs).to.have.length(64);
    expect(seqs.slice(0, 2)).to.deep.equal([2, 3]);
    expect(seqs.slice(-2)).to.deep.equal([0, 64]);
  });

  it('is what a peer does when its Decided is undeliverable', () => {
    const peer = new Peer<string>({
      me: 0,
      peerCount: 2,
      random: { next: () => 0.5 },
      memory: kept(),
    });
    const notice = { from: 0, to: 1, ...nothingForgotten, mark: plainMark(2), message: decided(7) };
    peer.step({ type: 'undeliverable', envelope: notice }, 0);
    const wakeAt = peer.wakeAt() ?? 0;
    expect(wakeAt).to.be.above(0);
    expect(peer.step({ type: 'wake' }, wakeAt).sendNow).to.deep.equal([notice]);
  });
});
