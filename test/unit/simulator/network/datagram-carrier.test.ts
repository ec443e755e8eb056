import { type Message, seqOf } from '@paxkv/paxos';
import { harsh } from '@paxkv/simulator';
import { expect } from 'chai';
import { Story } from './recording-peers.ts';

const messageCount = 10_000;
const kind = { lossChance: 0, repeatChance: 0, clogChance: 0 };
const news = { type: 'decided', ballot: { round: 1, peer: 0 }, value: 'v' } as const;

async function manyMessages(story: Story): Promise<void> {
  await story.open(2);
  for (let seq = 0; seq < messageCount; seq += 1) story.send(0, 1, { ...news, seq });
  await story.sleep(20_000);
}

function arrivalTimesMs(story: Story): number[] {
  const heard = story.log.filter((line) => line.includes(' heard '));
  return heard.map((line) => Number.parseFloat(line));
}

describe('DatagramCarrier', () => {
  it('loses the share it is told to, and tells nobody', async () => {
    const story = new Story(2, harsh({ ...kind, lossChance: 0.3 }));
    await manyMessages(story);
    expect(story.network.fateCount('lost') / messageCount).to.be.closeTo(0.3, 0.015);
    expect(story.count('heard') + story.count('lost')).to.equal(messageCount);
    expect(story.count('told')).to.equal(0);
  });

  it('repeats the share it is told to', async () => {
    const story = new Story(2, harsh({ ...kind, repeatChance: 0.5 }));
    await manyMessages(story);
    expect(story.count('heard') / messageCount).to.be.closeTo(1.5, 0.02);
  });

  it('delays by the mean it is told, with a heavy tail and a bound', async () => {
    const story = new Story(2, harsh({ ...kind, delayMsMin: 1, delayMsMean: 10, delayMsMax: 300 }));
    await manyMessages(story);
    const times = arrivalTimesMs(story).sort((a, b) => a - b);
    const mean = times.reduce((sum, time) => sum + time, 0) / times.length;
    expect(mean).to.be.within(8, 11);
    expect(times[messageCount / 2]).to.be.below(mean / 2);
    expect(times[0]).to.be.at.least(1);
    expect(times.at(-1)).to.equal(300);
  });

  it('keeps order on a link where it may not reorder, and not where it may', async () => {
    for (const reorderChance of [0, 1]) {
      const story = new Story(2, harsh({ ...kind, reorderChance }));
      const seqs: number[] = [];
      await story.boot(0);
      const transport = story.network.transport(1);
      const receive = ({ message }: { message: Message<string> }) =>
        seqs.push(seqOf(message) ?? -1);
      await transport.open({ receive, undeliverable: () => {}, disconnected: () => {} });
      for (let seq = 0; seq < 100; seq += 1) story.send(0, 1, { ...news, seq });
      await story.sleep(20_000);
      const sorted = seqs.toSorted((a, b) => a - b);
      if (reorderChance === 0) expect(seqs).to.deep.equal(sorted);
      else expect(seqs).to.not.deep.equal(sorted);
    }
  });

  it('holds up all messages of a clogged link, and no other link', async () => {
    const profile = harsh({ ...kind, delayMsMin: 0, delayMsMean: 0, clogChance: 1 });
    const story = new Story(3, { ...profile, clogMsMax: 2_000 });
    await story.open(3);
    story.network.setUnreliable(2, false);
    story.send(0, 1, { ...news, seq: 0 });
    story.network.setUnreliable(1, false);
    story.send(0, 1, { ...news, seq: 1 });
    story.send(0, 2, { ...news, seq: 0 });
    await story.sleep(2_000);
    const [other, first, second] = arrivalTimesMs(story);
    expect([other, story.count('clogged')]).to.deep.equal([0, 1]);
    expect(first).to.be.above(0);
    expect(second).to.equal(first);
  });

  it('does nothing worse than delay to a reliable receiver', async () => {
    const story = new Story(2, harsh({ lossChance: 1, repeatChance: 1, clogChance: 1 }));
    story.network.setUnreliable(1, false);
    await manyMessages(story);
    expect(story.count('heard')).to.equal(messageCount);
  });

  it('delivers an answer to whichever boot of the peer is up', async () => {
    const story = new Story(2, harsh({ ...kind, delayMsMean: 1 }));
    await story.open(2, 100);
    story.prepare(0, 1);
    await story.sleep(90);
    story.network.unplug(0);
    await story.boot(0);
    await story.sleep(10_000);
    expect(story.take('heard')).to.deep.equal(['heard 0>1 prepare', 'heard 1>0 promised']);
  });

  it('loses what arrives where nobody is', async () => {
    const story = new Story(2, harsh(kind));
    await story.boot(0);
    story.prepare(0, 1);
    await story.sleep(20_000);
    expect(story.take('lost', 'told')).to.deep.equal(['lost 0>1 prepare']);
  });
});
