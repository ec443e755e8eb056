import { harsh, reliable } from '@paxkv/simulator';
import { expect } from 'chai';
import { RecordedNetwork } from './recording-peers.ts';

const kindDatagrams = harsh({ isUnreliable: false, delayMsMean: 1, delayMsMax: 10 });

describe('Links', () => {
  it('let a deaf peer be answered, and no other call it', async () => {
    const recorded = new RecordedNetwork(2, reliable);
    await recorded.open(2);
    recorded.network.deafen(0);
    recorded.prepare(0, 1);
    recorded.prepare(1, 0);
    await recorded.sleep(10);
    const received = ['received 0>1 prepare', 'undeliverable 1>0 prepare', 'received 1>0 promised'];
    expect(recorded.take('received', 'undeliverable')).to.have.members(received);
    recorded.network.undeafen(0);
    recorded.prepare(1, 0);
    await recorded.sleep(10);
    expect(recorded.take('received')).to.deep.equal([
      'received 1>0 prepare',
      'received 0>1 promised',
    ]);
  });

  it('let datagrams answer a deaf peer too', async () => {
    const recorded = new RecordedNetwork(2, kindDatagrams);
    await recorded.open(2);
    recorded.network.deafen(0);
    recorded.prepare(0, 1);
    recorded.prepare(1, 0);
    await recorded.sleep(50);
    const happened = ['lost 1>0 prepare', 'received 0>1 prepare', 'received 1>0 promised'];
    expect(recorded.take('received', 'undeliverable', 'lost')).to.deep.equal(happened);
  });

  it('keep a partition’s groups apart, and cut off a peer in none', async () => {
    const recorded = new RecordedNetwork(5, reliable);
    await recorded.open(5);
    recorded.network.partition([[0, 1], [2]]);
    for (const to of [1, 2, 3]) recorded.prepare(0, to);
    recorded.prepare(3, 2);
    recorded.prepare(3, 4);
    await recorded.sleep(10);
    const undeliverable = [
      'undeliverable 0>2 prepare',
      'undeliverable 0>3 prepare',
      'undeliverable 3>2 prepare',
      'undeliverable 3>4 prepare',
    ];
    expect(recorded.log.filter((line) => line.includes('received 0>1'))).to.have.lengthOf(1);
    expect(recorded.take('undeliverable')).to.have.members(undeliverable);
  });

  it('forget a partition when another comes, and all of them when healed', async () => {
    const recorded = new RecordedNetwork(3, reliable);
    await recorded.open(3);
    recorded.network.partition([[0, 1], [2]]);
    recorded.network.partition([[0, 2]]);
    for (const to of [1, 2]) recorded.prepare(0, to);
    await recorded.sleep(10);
    expect(recorded.take('received', 'undeliverable')).to.have.members([
      'undeliverable 0>1 prepare',
      'received 0>2 prepare',
      'received 2>0 promised',
    ]);
    recorded.network.heal();
    for (const to of [1, 2]) recorded.prepare(0, to);
    await recorded.sleep(10);
    expect(recorded.take('undeliverable')).to.deep.equal([]);
  });

  it('still answer a call that is open when they are cut', async () => {
    const recorded = new RecordedNetwork(2, reliable);
    await recorded.open(2, 20);
    recorded.prepare(0, 1);
    recorded.network.partition([[0], [1]]);
    await recorded.sleep(50);
    expect(recorded.take('received', 'undeliverable')).to.deep.equal([
      'received 0>1 prepare',
      'received 1>0 promised',
    ]);
  });

  it('are cut in one direction: requests are stopped, answers travel on the call', async () => {
    const recorded = new RecordedNetwork(2, reliable);
    await recorded.open(2);
    recorded.network.cut(1, 0);
    recorded.prepare(0, 1);
    recorded.prepare(1, 0);
    await recorded.sleep(10);
    const happened = ['received 0>1 prepare', 'undeliverable 1>0 prepare', 'received 1>0 promised'];
    expect(recorded.take('received', 'undeliverable')).to.have.members(happened);
    recorded.network.mend(1, 0);
    recorded.prepare(1, 0);
    await recorded.sleep(10);
    expect(recorded.take('undeliverable')).to.deep.equal([]);
  });

  it('are all open again when healed, single cuts too', async () => {
    const recorded = new RecordedNetwork(2, reliable);
    await recorded.open(2);
    recorded.network.cut(0, 1);
    recorded.network.heal();
    recorded.prepare(0, 1);
    await recorded.sleep(10);
    expect(recorded.take('received', 'undeliverable')).to.deep.equal([
      'received 0>1 prepare',
      'received 1>0 promised',
    ]);
  });

  it('are cut in one direction for every datagram', async () => {
    const recorded = new RecordedNetwork(2, kindDatagrams);
    await recorded.open(2);
    recorded.network.cut(1, 0);
    recorded.prepare(0, 1);
    await recorded.sleep(50);
    expect(recorded.take('received', 'lost')).to.deep.equal([
      'received 0>1 prepare',
      'lost 1>0 promised',
    ]);
  });

  it('know no peer beyond the count, and none in two groups', () => {
    const { network } = new RecordedNetwork(2, reliable);
    expect(() => network.deafen(2)).to.throw(TypeError);
    expect(() => network.cut(0, -1)).to.throw(TypeError);
    expect(() => network.slow(0, 2, 1)).to.throw(TypeError);
    expect(() => network.slow(0, 1, -1)).to.throw(RangeError);
    expect(() => network.partition([[0], [0, 1]])).to.throw(TypeError);
  });
});
