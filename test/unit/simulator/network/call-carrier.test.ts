import { lab, reliable } from '@paxkv/simulator';
import { expect } from 'chai';
import { RecordedNetwork } from './recording-peers.ts';

const callCount = 10_000;

async function manyCalls(recorded: RecordedNetwork): Promise<void> {
  await recorded.open(2);
  for (let seq = 0; seq < callCount; seq += 1) recorded.prepare(0, 1, seq);
  await recorded.sleep(10);
}

describe('CallCarrier', () => {
  it('answers every call to a reliable peer, within two delays', async () => {
    const recorded = new RecordedNetwork(2, reliable);
    await manyCalls(recorded);
    expect(recorded.count('received')).to.equal(2 * callCount);
    expect(recorded.count('undeliverable')).to.equal(0);
    const times = recorded.log.map((line) => Number.parseFloat(line));
    expect(Math.min(...times)).to.be.at.least(0.1);
    expect(Math.max(...times)).to.be.at.most(2);
  });

  it('delays requests and answers on slow links by the given mean more', async () => {
    const recorded = new RecordedNetwork(2, reliable);
    recorded.network.slow(1, 0, 100);
    await recorded.open(2);
    for (let seq = 0; seq < callCount; seq += 1) recorded.prepare(0, 1, seq);
    await recorded.sleep(300);
    const answers = recorded.log.filter((line) => line.includes('received 1>0'));
    const times = answers.map((line) => Number.parseFloat(line));
    expect(answers).to.have.length(callCount);
    expect(times.reduce((sum, time) => sum + time, 0) / callCount).to.be.closeTo(101, 2);
    const requests = recorded.log.filter((line) => line.includes('received 0>1'));
    expect(Math.max(...requests.map((line) => Number.parseFloat(line)))).to.be.at.most(1);
  });

  it('discards 10 % of requests and loses 18 % of answers of an unreliable peer', async () => {
    const recorded = new RecordedNetwork(2, lab);
    await manyCalls(recorded);
    expect(recorded.network.fateCount('discarded') / callCount).to.be.closeTo(0.1, 0.01);
    expect(recorded.network.fateCount('answer lost') / callCount).to.be.closeTo(0.18, 0.01);
    expect(recorded.network.deliveredCount('promised') / callCount).to.be.closeTo(0.72, 0.01);
  });

  it('either answers a call or reports soon that no answer comes', async () => {
    const recorded = new RecordedNetwork(2, lab);
    await manyCalls(recorded);
    const answeredCount = recorded.network.deliveredCount('promised');
    expect(recorded.count('undeliverable') + answeredCount).to.equal(callCount);
  });

  it('applies the faults of the receiver, not of the sender', async () => {
    const recorded = new RecordedNetwork(2, lab);
    await recorded.open(2);
    recorded.network.setUnreliable(1, false);
    for (let seq = 0; seq < 200; seq += 1) recorded.prepare(0, 1, seq);
    await recorded.sleep(10);
    expect(recorded.count('undeliverable')).to.equal(0);
    for (let seq = 0; seq < 200; seq += 1) recorded.prepare(1, 0, seq);
    await recorded.sleep(10);
    expect(recorded.count('undeliverable')).to.be.above(0);
  });

  it('refuses a call to a peer that is down, without delay', async () => {
    const recorded = new RecordedNetwork(2, reliable);
    await recorded.boot(0);
    recorded.prepare(0, 1);
    await recorded.sleep(2);
    expect(recorded.take('refused', 'undeliverable')).to.deep.equal([
      'refused 0>1 prepare',
      'undeliverable 0>1 prepare',
    ]);
  });

  it('ends the calls that a crashed peer had not answered', async () => {
    const recorded = new RecordedNetwork(2, reliable);
    await recorded.open(2, 100);
    recorded.prepare(0, 1);
    await recorded.sleep(10);
    recorded.network.unplug(1);
    await recorded.sleep(2);
    expect(recorded.take('received', 'undeliverable')).to.deep.equal([
      'received 0>1 prepare',
      'undeliverable 0>1 prepare',
    ]);
  });

  it('gives a restarted peer no answer to a call of its earlier boot', async () => {
    const recorded = new RecordedNetwork(2, reliable);
    await recorded.open(2, 10);
    recorded.prepare(0, 1);
    await recorded.sleep(5);
    recorded.network.unplug(0);
    await recorded.boot(0);
    await recorded.sleep(20);
    expect(recorded.take('received', 'undeliverable')).to.deep.equal(['received 0>1 prepare']);
  });

  it('expects no answer to a commit notice, and reports when it may not have arrived', async () => {
    const recorded = new RecordedNetwork(2, { ...lab, discardChance: 1 });
    await recorded.open(2);
    const notice = { type: 'decided', seq: 0, ballot: { round: 1, peer: 0 }, value: 'v' } as const;
    recorded.send(0, 1, notice);
    await recorded.sleep(5);
    expect(recorded.take('received', 'undeliverable')).to.deep.equal(['undeliverable 0>1 decided']);
  });
});
