import { harsh, reliable } from '@paxkv/simulator';
import { expect } from 'chai';
import { RecordedNetwork } from './recording-peers.ts';

const fixed = harsh({
  isUnreliable: false,
  reorderChance: 0,
  delayMsMin: 10,
  delayMsMean: 10,
  delayMsMax: 10,
});

async function threeUnderWay(): Promise<RecordedNetwork> {
  const story = new RecordedNetwork(2, fixed);
  await story.open(2, 1000);
  for (const seq of [0, 1, 2]) story.prepare(0, 1, seq);
  return story;
}

function seqs({ network }: RecordedNetwork): unknown[] {
  return network.flights.all.map(({ envelope: { message } }) => 'seq' in message && message.seq);
}

describe('Flights', () => {
  it('list what is under way, with the times of leaving and arrival', async () => {
    const story = await threeUnderWay();
    expect(seqs(story)).to.deep.equal([0, 1, 2]);
    const [first] = story.network.flights.all;
    expect(first).to.include({ id: 0, sentMs: 0, arrivalMs: 10 });
    await story.sleep(10);
    expect(story.network.flights.all).to.deep.equal([]);
    expect(story.count('received')).to.equal(3);
  });

  it('lose one message by its number, and no other', async () => {
    const story = await threeUnderWay();
    expect(story.network.flights.lose(1)).to.equal(true);
    expect(story.network.flights.lose(1)).to.equal(false);
    expect(seqs(story)).to.deep.equal([0, 2]);
    await story.sleep(10);
    expect([story.count('received'), story.count('lost')]).to.deep.equal([2, 1]);
  });

  it('hold one message up', async () => {
    const story = await threeUnderWay();
    expect(story.network.flights.delay(0, 5)).to.equal(true);
    await story.sleep(10);
    expect(seqs(story)).to.deep.equal([0]);
    await story.sleep(5);
    expect(story.count('received')).to.equal(3);
    expect(story.network.flights.delay(0, 5)).to.equal(false);
  });

  it('let one message arrive twice', async () => {
    const story = await threeUnderWay();
    expect(story.network.flights.repeat(2, 7)).to.equal(true);
    await story.sleep(10);
    expect(story.network.flights.all[0]).to.include({ id: 3, arrivalMs: 17 });
    await story.sleep(7);
    expect([story.count('received'), story.count('repeated')]).to.deep.equal([4, 1]);
    expect(story.network.flights.repeat(2, 7)).to.equal(false);
  });

  it('are not listed where messages travel as calls', () => {
    const story = new RecordedNetwork(2, reliable);
    expect(() => story.network.flights).to.throw(TypeError, 'Calls are not listed');
  });
});
