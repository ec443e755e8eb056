import type { Transport } from '@paxkv/paxos';
import { type FaultProfile, harsh, lab, reliable, SimNetwork, World } from '@paxkv/simulator';
import { expect } from 'chai';
import { plainMark } from '../../contracts/plain-mark.ts';
import { transportContract } from '../../contracts/transport-contract.ts';
import { Story } from './recording-peers.ts';

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
  const story = new Story(5, profile, { seed });
  await story.open(5, 1);
  const choice = story.world.random('choice');
  for (let seq = 0; seq < 300; seq += 1) {
    const [from = 0, to = 1] = choice.shuffle([0, 1, 2, 3, 4]);
    story.prepare(from, to, seq);
    if (choice.chance(0.1)) story.network.partition([choice.shuffle([0, 1, 2, 3, 4]).slice(2)]);
    if (choice.chance(0.1)) story.network.heal();
    await story.sleep(choice.integer(0, 5));
  }
  return story.log;
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

  it('shares no object between peers, whoever changes one', async () => {
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
    sender.send({ from: 0, to: 1, done: -1, min: 0, mark: plainMark(), message });
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
    transport.send({ from: 0, to: 1, done: -1, min: 0, mark: plainMark(), message });
    expect(copyCount).to.equal(1);
  });

  it('treats what is sent from now on by another profile, but of the same type', async () => {
    const story = new Story(2, harsh({ lossChance: 1 }));
    await story.open(2);
    story.prepare(0, 1);
    await story.sleep(100);
    expect(story.network.fateCount('delivered')).to.equal(0);
    story.network.setProfile(harsh({ lossChance: 0, repeatChance: 0, clogChance: 0 }));
    story.prepare(0, 1);
    await story.sleep(20_000);
    expect(story.network.deliveredCount('prepare')).to.equal(1);
    expect(() => story.network.setProfile(reliable)).to.throw(TypeError, 'datagrams');
    const calls = new Story(2, reliable);
    expect(() => calls.network.setProfile(harsh())).to.throw(TypeError, 'calls');
  });
});
