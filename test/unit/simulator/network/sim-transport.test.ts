import { reliable, SimNetwork, World } from '@paxkv/simulator';
import { expect } from 'chai';
import { nothingForgotten, plainMark } from '../../contracts/plain-mark.ts';
import { rejectionOf } from '../rejection.ts';
import { RecordedNetwork } from './recording-peers.ts';

describe('SimTransport', () => {
  it('has one open transport per peer, and opens none twice', async () => {
    const network = new SimNetwork<string>(new World({ seed: 1 }), { peerCount: 1 });
    const inbox = { receive: () => {}, undeliverable: () => {}, disconnected: () => {} };
    const first = network.transport(0);
    await first.open(inbox);
    const second = network.transport(0);
    expect(await rejectionOf(second.open(inbox))).to.be.instanceOf(TypeError);
    await first.close();
    expect(await rejectionOf(first.open(inbox))).to.be.instanceOf(TypeError);
    await second.open(inbox);
  });

  it('refuses forged senders and messages to oneself', async () => {
    const recorded = new RecordedNetwork(2, reliable);
    await recorded.open(2);
    const transport = recorded.network.transport(0);
    const message = { type: 'learn', seq: 0, count: 1 } as const;
    recorded.network.unplug(0);
    await transport.open({ receive: () => {}, undeliverable: () => {}, disconnected: () => {} });
    const envelope = { from: 0, to: 1, ...nothingForgotten, mark: plainMark(), message };
    expect(() => transport.send({ ...envelope, from: 1 })).to.throw(TypeError);
    expect(() => transport.send({ ...envelope, to: 0 })).to.throw(TypeError);
    expect(() => transport.send({ ...envelope, to: 2 })).to.throw(TypeError);
  });

  it('sends nothing before it is opened', async () => {
    const recorded = new RecordedNetwork(2, reliable);
    await recorded.boot(1);
    const message = { type: 'learn', seq: 0, count: 1 } as const;
    recorded.network
      .transport(0)
      .send({ from: 0, to: 1, ...nothingForgotten, mark: plainMark(), message });
    await recorded.sleep(10);
    expect(recorded.log).to.deep.equal([]);
  });
});
