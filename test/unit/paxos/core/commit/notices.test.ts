import { Peer } from '@paxkv/paxos/core';
import { CommitNotices } from '@paxkv/paxos/internal/core/commit/notices';
import { RetryDelays } from '@paxkv/paxos/internal/core/timeouts';
import { expect } from 'chai';
import { plainMark } from '../../../contracts/plain-mark.ts';
import { kept } from '../steps.ts';

const decided = (seq: number) =>
  ({ type: 'decided', seq, ballot: { round: 1, peer: 0 }, value: `value ${seq}` }) as const;

const fresh = () => new CommitNotices<string>(new RetryDelays({ next: () => 0.5 }));

describe('CommitNotices', () => {
  it('has nothing to tell while all news arrives', () => {
    const news = fresh();
    expect(news.wakeAt()).to.equal(undefined);
    expect(news.due(1e9)).to.deep.equal([]);
  });

  it('tells again, after a pause, whom a decision did not reach', () => {
    const news = fresh();
    news.onUndeliverable(2, decided(7), 1000);
    const wakeAt = news.wakeAt() ?? 0;
    expect(wakeAt).to.be.above(1000);
    expect(news.due(wakeAt - 1)).to.deep.equal([]);
    expect(news.due(wakeAt)).to.deep.equal([{ to: 2, notice: decided(7) }]);
  });

  it('tells once for each sign that it was lost', () => {
    const news = fresh();
    news.onUndeliverable(2, decided(7), 0);
    expect(news.due(1e6)).to.have.length(1);
    expect(news.due(1e6)).to.have.length(0);
    expect(news.wakeAt()).to.equal(undefined);
  });

  it('waits longer each time, and gives up in the end: who is away catches up later', () => {
    const news = fresh();
    const pauses: number[] = [];
    for (let count = 0; count < 20; count += 1) {
      news.onUndeliverable(2, decided(7), 0);
      const wakeAt = news.wakeAt();
      if (wakeAt !== undefined) pauses.push(wakeAt);
      else break;
      news.due(wakeAt);
    }
    expect(pauses).to.have.length(8);
    expect(pauses).to.deep.equal(pauses.toSorted((a, b) => a - b));
  });

  it('remembers a bounded number of tellings, the latest', () => {
    const news = fresh();
    for (let seq = 0; seq < 1000; seq += 1) news.onUndeliverable(1, decided(seq), 0);
    const due = news.due(1e6);
    expect(due).to.have.length(64);
    expect(due.at(-1)).to.deep.equal({ to: 1, notice: decided(999) });
  });

  it('is what a peer does when its Decided meets a closed door', () => {
    const peer = new Peer<string>({
      me: 0,
      peerCount: 2,
      random: { next: () => 0.5 },
      memory: kept(),
    });
    const told = { from: 0, to: 1, done: -1, min: 0, mark: plainMark(2), message: decided(7) };
    peer.step({ type: 'undeliverable', envelope: told }, 0);
    const wakeAt = peer.wakeAt() ?? 0;
    expect(wakeAt).to.be.above(0);
    expect(peer.step({ type: 'wake' }, wakeAt).sendNow).to.deep.equal([told]);
  });
});
