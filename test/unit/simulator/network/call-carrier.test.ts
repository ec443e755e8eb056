import { lab, reliable } from '@paxkv/simulator';
import { expect } from 'chai';
import { Story } from './recording-peers.ts';

const callCount = 10_000;

async function manyCalls(story: Story): Promise<void> {
  await story.open(2);
  for (let seq = 0; seq < callCount; seq += 1) story.prepare(0, 1, seq);
  await story.sleep(10);
}

describe('CallCarrier', () => {
  it('answers every call to a reliable peer, within two delays', async () => {
    const story = new Story(2, reliable);
    await manyCalls(story);
    expect(story.count('heard')).to.equal(2 * callCount);
    expect(story.count('told')).to.equal(0);
    const times = story.log.map((line) => Number.parseFloat(line));
    expect(Math.min(...times)).to.be.at.least(0.1);
    expect(Math.max(...times)).to.be.at.most(2);
  });

  it('discards 10 % of requests and loses 18 % of answers of an unreliable peer', async () => {
    const story = new Story(2, lab);
    await manyCalls(story);
    expect(story.network.fateCount('discarded') / callCount).to.be.closeTo(0.1, 0.01);
    expect(story.network.fateCount('answer lost') / callCount).to.be.closeTo(0.18, 0.01);
    expect(story.network.deliveredCount('promised') / callCount).to.be.closeTo(0.72, 0.01);
  });

  it('either answers a call or tells the sender soon that no answer comes', async () => {
    const story = new Story(2, lab);
    await manyCalls(story);
    const answeredCount = story.network.deliveredCount('promised');
    expect(story.count('told') + answeredCount).to.equal(callCount);
  });

  it('lets the receiver be unreliable, whoever sends', async () => {
    const story = new Story(2, lab);
    await story.open(2);
    story.network.setUnreliable(1, false);
    for (let seq = 0; seq < 200; seq += 1) story.prepare(0, 1, seq);
    await story.sleep(10);
    expect(story.count('told')).to.equal(0);
    for (let seq = 0; seq < 200; seq += 1) story.prepare(1, 0, seq);
    await story.sleep(10);
    expect(story.count('told')).to.be.above(0);
  });

  it('refuses a call to a peer that is not there, without delay', async () => {
    const story = new Story(2, reliable);
    await story.boot(0);
    story.prepare(0, 1);
    await story.sleep(2);
    expect(story.take('refused', 'told')).to.deep.equal([
      'refused 0>1 prepare',
      'told 0>1 prepare',
    ]);
  });

  it('ends the calls that a crashed peer had not answered', async () => {
    const story = new Story(2, reliable);
    await story.open(2, 100);
    story.prepare(0, 1);
    await story.sleep(10);
    story.network.unplug(1);
    await story.sleep(2);
    expect(story.take('heard', 'told')).to.deep.equal(['heard 0>1 prepare', 'told 0>1 prepare']);
  });

  it('gives a restarted peer no answer that its earlier boot had asked for', async () => {
    const story = new Story(2, reliable);
    await story.open(2, 10);
    story.prepare(0, 1);
    await story.sleep(5);
    story.network.unplug(0);
    await story.boot(0);
    await story.sleep(20);
    expect(story.take('heard', 'told')).to.deep.equal(['heard 0>1 prepare']);
  });

  it('needs no answer to news, and tells when it may not have arrived', async () => {
    const story = new Story(2, { ...lab, discardChance: 1 });
    await story.open(2);
    const news = { type: 'decided', seq: 0, ballot: { round: 1, peer: 0 }, value: 'v' } as const;
    story.send(0, 1, news);
    await story.sleep(5);
    expect(story.take('heard', 'told')).to.deep.equal(['told 0>1 decided']);
  });
});
