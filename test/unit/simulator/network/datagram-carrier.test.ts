import { type Message, seqOf } from '@paxkv/paxos';
import { harsh } from '@paxkv/simulator';
import { expect } from 'chai';
import { RecordedNetwork } from './recording-peers.ts';

const messageCount = 10_000;
const kind = { lossChance: 0, repeatChance: 0, clogChance: 0 };
const notice = { type: 'decided', ballot: { round: 1, peer: 0 }, value: 'v' } as const;

async function manyMessages(recorded: RecordedNetwork): Promise<void> {
  await recorded.open(2);
  for (let seq = 0; seq < messageCount; seq += 1) recorded.send(0, 1, { ...notice, seq });
  await recorded.sleep(20_000);
}

function arrivalTimesMs(recorded: RecordedNetwork): number[] {
  const received = recorded.log.filter((line) => line.includes(' received '));
  return received.map((line) => Number.parseFloat(line));
}

describe('DatagramCarrier', () => {
  it('loses the given share, silently', async () => {
    const recorded = new RecordedNetwork(2, harsh({ ...kind, lossChance: 0.3 }));
    await manyMessages(recorded);
    expect(recorded.network.fateCount('lost') / messageCount).to.be.closeTo(0.3, 0.015);
    expect(recorded.count('received') + recorded.count('lost')).to.equal(messageCount);
    expect(recorded.count('undeliverable')).to.equal(0);
  });

  it('repeats the given share', async () => {
    const recorded = new RecordedNetwork(2, harsh({ ...kind, repeatChance: 0.5 }));
    await manyMessages(recorded);
    expect(recorded.count('received') / messageCount).to.be.closeTo(1.5, 0.02);
  });

  it('delays by the given mean, with a heavy tail and a bound', async () => {
    const recorded = new RecordedNetwork(
      2,
      harsh({ ...kind, delayMsMin: 1, delayMsMean: 10, delayMsMax: 300 }),
    );
    await manyMessages(recorded);
    const times = arrivalTimesMs(recorded).sort((a, b) => a - b);
    const mean = times.reduce((sum, time) => sum + time, 0) / times.length;
    expect(mean).to.be.within(8, 11);
    expect(times[messageCount / 2]).to.be.below(mean / 2);
    expect(times[0]).to.be.at.least(1);
    expect(times.at(-1)).to.equal(300);
  });

  it('keeps order on a link where it may not reorder, and not where it may', async () => {
    for (const reorderChance of [0, 1]) {
      const recorded = new RecordedNetwork(2, harsh({ ...kind, reorderChance }));
      const seqs: number[] = [];
      await recorded.boot(0);
      const transport = recorded.network.transport(1);
      const receive = ({ message }: { message: Message<string> }) =>
        seqs.push(seqOf(message) ?? -1);
      await transport.open({ receive, undeliverable: () => {}, disconnected: () => {} });
      for (let seq = 0; seq < 100; seq += 1) recorded.send(0, 1, { ...notice, seq });
      await recorded.sleep(20_000);
      const sorted = seqs.toSorted((a, b) => a - b);
      if (reorderChance === 0) expect(seqs).to.deep.equal(sorted);
      else expect(seqs).to.not.deep.equal(sorted);
    }
  });

  it('delays messages of a slow link by the given mean more, and those of no other link', async () => {
    const profile = harsh({ ...kind, delayMsMin: 0, delayMsMean: 0, reorderChance: 1 });
    const recorded = new RecordedNetwork(2, profile);
    recorded.network.slow(0, 1, 100);
    recorded.network.slow(1, 0, 0);
    await manyMessages(recorded);
    const times = arrivalTimesMs(recorded);
    const mean = times.reduce((sum, time) => sum + time, 0) / times.length;
    expect(mean).to.be.within(80, 110);
    recorded.log.length = 0;
    recorded.send(1, 0, { ...notice, seq: 0 });
    recorded.network.slow(0, 1, 0);
    recorded.send(0, 1, { ...notice, seq: 0 });
    await recorded.sleep(0);
    expect(recorded.take('received')).to.have.members([
      'received 1>0 decided',
      'received 0>1 decided',
    ]);
  });

  it('sends messages of a link one after another, each for its size, and loses what finds no room', async () => {
    const recorded = new RecordedNetwork(2, harsh({ ...kind, delayMsMin: 0, delayMsMean: 0 }));
    await recorded.open(2);
    recorded.network.setBandwidth({ bytesPerMs: 10, queueBytesMax: 300, sizeOf: () => 100 });
    for (let seq = 0; seq < 6; seq += 1) recorded.send(0, 1, { ...notice, seq });
    recorded.send(1, 0, { ...notice, seq: 0 });
    await recorded.sleep(1_000);
    expect(arrivalTimesMs(recorded)).to.deep.equal([10, 10, 20, 30, 40]);
    expect(recorded.count('lost')).to.equal(2);
    recorded.network.setBandwidth(undefined);
    recorded.log.length = 0;
    recorded.send(0, 1, { ...notice, seq: 7 });
    await recorded.sleep(0);
    expect(arrivalTimesMs(recorded)).to.deep.equal([1_000]);
  });

  it('holds up all messages of a clogged link, and no other link', async () => {
    const profile = harsh({ ...kind, delayMsMin: 0, delayMsMean: 0, clogChance: 1 });
    const recorded = new RecordedNetwork(3, { ...profile, clogMsMax: 2_000 });
    await recorded.open(3);
    recorded.network.setUnreliable(2, false);
    recorded.send(0, 1, { ...notice, seq: 0 });
    recorded.network.setUnreliable(1, false);
    recorded.send(0, 1, { ...notice, seq: 1 });
    recorded.send(0, 2, { ...notice, seq: 0 });
    await recorded.sleep(2_000);
    const [other, first, second] = arrivalTimesMs(recorded);
    expect([other, recorded.count('clogged')]).to.deep.equal([0, 1]);
    expect(first).to.be.above(0);
    expect(second).to.equal(first);
  });

  it('does no more than delay messages to a reliable receiver', async () => {
    const recorded = new RecordedNetwork(
      2,
      harsh({ lossChance: 1, repeatChance: 1, clogChance: 1 }),
    );
    recorded.network.setUnreliable(1, false);
    await manyMessages(recorded);
    expect(recorded.count('received')).to.equal(messageCount);
  });

  it('delivers an answer to the boot of the peer that is up', async () => {
    const recorded = new RecordedNetwork(2, harsh({ ...kind, delayMsMean: 1 }));
    await recorded.open(2, 100);
    recorded.prepare(0, 1);
    await recorded.sleep(90);
    recorded.network.unplug(0);
    await recorded.boot(0);
    await recorded.sleep(10_000);
    expect(recorded.take('received')).to.deep.equal([
      'received 0>1 prepare',
      'received 1>0 promised',
    ]);
  });

  it('loses what arrives at a peer that is down', async () => {
    const recorded = new RecordedNetwork(2, harsh(kind));
    await recorded.boot(0);
    recorded.prepare(0, 1);
    await recorded.sleep(20_000);
    expect(recorded.take('lost', 'undeliverable')).to.deep.equal(['lost 0>1 prepare']);
  });
});
