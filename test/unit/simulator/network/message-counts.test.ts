import { harsh, lab, reliable } from '@paxkv/simulator';
import { expect } from 'chai';
import { RecordedNetwork } from './recording-peers.ts';

describe('MessageCounts', () => {
  it('counts requests that were served, and not those discarded', async () => {
    const recorded = new RecordedNetwork(2, lab);
    await recorded.open(2);
    for (let seq = 0; seq < 1_000; seq += 1) recorded.prepare(0, 1, seq);
    await recorded.sleep(10);
    const discardedCount = recorded.network.fateCount('discarded');
    expect(discardedCount).to.be.above(0);
    expect(recorded.network.requestCount(1)).to.equal(1_000 - discardedCount);
    expect(recorded.network.requestCount(0)).to.equal(0);
    expect(recorded.network.requestCount()).to.equal(1_000 - discardedCount);
  });

  it('counts no answer as a request, but by its type', async () => {
    const recorded = new RecordedNetwork(2, reliable);
    await recorded.open(2);
    recorded.prepare(0, 1);
    await recorded.sleep(10);
    const { network } = recorded;
    expect([network.requestCount(0), network.requestCount(1)]).to.deep.equal([0, 1]);
    const types = ['prepare', 'promised', 'accept'] as const;
    expect(types.map((type) => network.deliveredCount(type))).to.deep.equal([1, 1, 0]);
  });

  it('counts a message each time it arrives, and each fate it meets', async () => {
    const recorded = new RecordedNetwork(
      2,
      harsh({ lossChance: 0, repeatChance: 1, clogChance: 0 }),
    );
    await recorded.open(2);
    recorded.send(0, 1, { type: 'learn', seq: 0, count: 1 });
    await recorded.sleep(20_000);
    expect(recorded.network.requestCount()).to.equal(2);
    expect(recorded.network.fateCount('repeated')).to.equal(1);
    expect(recorded.network.fateCount('lost')).to.equal(0);
  });
});
