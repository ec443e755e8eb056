import { reliable } from '@paxkv/simulator';
import { expect } from 'chai';
import { RecordedNetwork } from './recording-peers.ts';

describe('Hints', () => {
  it('tell the others, a moment later, that a peer is gone', async () => {
    const recorded = new RecordedNetwork(3, reliable, { hints: { chance: 1, delayMsMax: 2 } });
    await recorded.open(3);
    recorded.network.unplug(0);
    expect(recorded.take('disconnected')).to.deep.equal([]);
    await recorded.sleep(2);
    expect(recorded.take('disconnected')).to.have.members(['disconnected 1>0', 'disconnected 2>0']);
  });

  it('tell both ends that the link between them is cut', async () => {
    const recorded = new RecordedNetwork(3, reliable, { hints: { chance: 1, delayMsMax: 0 } });
    await recorded.open(3);
    recorded.network.cut(0, 2);
    await recorded.sleep(1);
    expect(recorded.take('disconnected')).to.have.members(['disconnected 0>2', 'disconnected 2>0']);
  });

  it('tell some and not others, or none at all without hints', async () => {
    const silent = new RecordedNetwork(3, reliable);
    await silent.open(3);
    silent.network.unplug(0);
    await silent.sleep(10);
    expect(silent.take('disconnected')).to.deep.equal([]);
    const recorded = new RecordedNetwork(3, reliable, { hints: { chance: 0.5, delayMsMax: 0 } });
    await recorded.open(3);
    for (let count = 0; count < 100; count += 1) recorded.network.cut(0, 1);
    await recorded.sleep(1);
    expect(recorded.take('disconnected').length).to.be.within(60, 140);
  });
});
