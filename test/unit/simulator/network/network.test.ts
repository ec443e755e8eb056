import type { Transport } from '@paxkv/paxos';
import { type FaultProfile, harsh, lab, reliable, SimNetwork, World } from '@paxkv/simulator';
import { expect } from 'chai';
import { nothingForgotten, plainMark } from '../../contracts/plain-mark.ts';
import { transportContract } from '../../contracts/transport-contract.ts';
import { RecordedNetwork } from './recording-peers.ts';

const quietMs = 20_000;

function contractOver(name: string, profile: FaultProfile): void {
  transportContract(name, async () => {
    const world = new World({ seed: name });
    const network = new SimNetwork<string>(world, { peerCount: 3, profile });
    const transports: Transport<string>[] = [0, 1, 2].map((peer) => network.transport(peer));
    return {
      transports,
      toValue: (text) => text,
      settle: (promise) => world.run(() => promise),
      quiet: () => world.run(() => world.sleep(quietMs)),
      close: async () => {},
    };
  });
}

contractOver('SimNetwork of calls', reliable);
contractOver('SimNetwork of datagrams', harsh({ isUnreliable: false }));

async function logOf(profile: FaultProfile, seed: number): Promise<string[]> {
  const recorded = new RecordedNetwork(5, profile, { seed });
  await recorded.open(5, 1);
  const choice = recorded.world.random('choice');
  for (let seq = 0; seq < 300; seq += 1) {
    const [from = 0, to = 1] = choice.shuffle([0, 1, 2, 3, 4]);
    recorded.prepare(from, to, seq);
    if (choice.chance(0.1)) recorded.network.partition([choice.shuffle([0, 1, 2, 3, 4]).slice(2)]);
    if (choice.chance(0.1)) recorded.network.heal();
    await recorded.sleep(choice.integer(0, 5));
  }
  return recorded.log;
}

describe('SimNetwork', () => {
  for (const profile of [lab, harsh()]) {
    it(`does the same from the same seed, by ${profile.type}`, async () => {
      const log = await logOf(profile, 7);
      expect(log.length).to.be.above(300);
      expect(await logOf(profile, 7)).to.deep.equal(log);
      expect(await logOf(profile, 8)).to.not.deep.equal(log);
    });
  }

  it('shares no object between peers', async () => {
    const world = new World({ seed: 1 });
    const network = new SimNetwork<{ text: string }>(world, { peerCount: 2 });
    const received: { text: string }[] = [];
    const sender = network.transport(0);
    await sender.open({ receive: () => {}, undeliverable: () => {}, disconnected: () => {} });
    await network.transport(1).open({
      receive: ({ message }) => {
        if (message.type === 'accept') received.push(message.value);
      },
      undeliverable: () => {},
      disconnected: () => {},
    });
    const value = { text: 'as sent' };
    const ballot = { round: 1, peer: 0 };
    const message = { type: 'accept', seq: 0, ballot, value } as const;
    sender.send({ from: 0, to: 1, ...nothingForgotten, mark: plainMark(), message });
    value.text = 'changed later';
    await world.run(() => world.sleep(5));
    expect(received).to.deep.equal([{ text: 'as sent' }]);
  });

  it('copies by the function given', async () => {
    const world = new World({ seed: 1 });
    let copyCount = 0;
    const network = new SimNetwork<string>(world, {
      peerCount: 2,
      copy: (envelope) => {
        copyCount += 1;
        return { ...envelope };
      },
    });
    const transport = network.transport(0);
    await transport.open({ receive: () => {}, undeliverable: () => {}, disconnected: () => {} });
    const message = { type: 'learn', seq: 0, count: 1 } as const;
    transport.send({ from: 0, to: 1, ...nothingForgotten, mark: plainMark(), message });
    expect(copyCount).to.equal(1);
  });

  it('applies a new profile to later messages, if it is of the same type', async () => {
    const recorded = new RecordedNetwork(2, harsh({ lossChance: 1 }));
    await recorded.open(2);
    recorded.prepare(0, 1);
    await recorded.sleep(100);
    expect(recorded.network.fateCount('delivered')).to.equal(0);
    recorded.network.setProfile(harsh({ lossChance: 0, repeatChance: 0, clogChance: 0 }));
    recorded.prepare(0, 1);
    await recorded.sleep(20_000);
    expect(recorded.network.deliveredCount('prepare')).to.equal(1);
    expect(() => recorded.network.setProfile(reliable)).to.throw(TypeError, 'datagrams');
    const calls = new RecordedNetwork(2, reliable);
    expect(() => calls.network.setProfile(harsh())).to.throw(TypeError, 'calls');
  });
});
