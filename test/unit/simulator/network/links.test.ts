import { harsh, reliable } from '@paxkv/simulator';
import { expect } from 'chai';
import { Story } from './recording-peers.ts';

const kindDatagrams = harsh({ isUnreliable: false, delayMsMean: 1, delayMsMax: 10 });

describe('Links', () => {
  it('let a deaf peer be answered, and nobody call it', async () => {
    const story = new Story(2, reliable);
    await story.open(2);
    story.network.deafen(0);
    story.prepare(0, 1);
    story.prepare(1, 0);
    await story.sleep(10);
    const heard = ['heard 0>1 prepare', 'told 1>0 prepare', 'heard 1>0 promised'];
    expect(story.take('heard', 'told')).to.have.members(heard);
    story.network.undeafen(0);
    story.prepare(1, 0);
    await story.sleep(10);
    expect(story.take('heard')).to.deep.equal(['heard 1>0 prepare', 'heard 0>1 promised']);
  });

  it('let datagrams answer a deaf peer too', async () => {
    const story = new Story(2, kindDatagrams);
    await story.open(2);
    story.network.deafen(0);
    story.prepare(0, 1);
    story.prepare(1, 0);
    await story.sleep(50);
    const happened = ['lost 1>0 prepare', 'heard 0>1 prepare', 'heard 1>0 promised'];
    expect(story.take('heard', 'told', 'lost')).to.deep.equal(happened);
  });

  it('keep a partition’s groups apart, and cut off a peer in none', async () => {
    const story = new Story(5, reliable);
    await story.open(5);
    story.network.partition([[0, 1], [2]]);
    for (const to of [1, 2, 3]) story.prepare(0, to);
    story.prepare(3, 2);
    story.prepare(3, 4);
    await story.sleep(10);
    const told = ['told 0>2 prepare', 'told 0>3 prepare', 'told 3>2 prepare', 'told 3>4 prepare'];
    expect(story.log.filter((line) => line.includes('heard 0>1'))).to.have.lengthOf(1);
    expect(story.take('told')).to.have.members(told);
  });

  it('forget a partition when another comes, and all of them when healed', async () => {
    const story = new Story(3, reliable);
    await story.open(3);
    story.network.partition([[0, 1], [2]]);
    story.network.partition([[0, 2]]);
    for (const to of [1, 2]) story.prepare(0, to);
    await story.sleep(10);
    expect(story.take('heard', 'told')).to.have.members([
      'told 0>1 prepare',
      'heard 0>2 prepare',
      'heard 2>0 promised',
    ]);
    story.network.heal();
    for (const to of [1, 2]) story.prepare(0, to);
    await story.sleep(10);
    expect(story.take('told')).to.deep.equal([]);
  });

  it('still answer a call that is under way when they are cut', async () => {
    const story = new Story(2, reliable);
    await story.open(2, 20);
    story.prepare(0, 1);
    story.network.partition([[0], [1]]);
    await story.sleep(50);
    expect(story.take('heard', 'told')).to.deep.equal(['heard 0>1 prepare', 'heard 1>0 promised']);
  });

  it('are cut in one direction: requests are stopped, answers travel on the call', async () => {
    const story = new Story(2, reliable);
    await story.open(2);
    story.network.cut(1, 0);
    story.prepare(0, 1);
    story.prepare(1, 0);
    await story.sleep(10);
    const happened = ['heard 0>1 prepare', 'told 1>0 prepare', 'heard 1>0 promised'];
    expect(story.take('heard', 'told')).to.have.members(happened);
    story.network.mend(1, 0);
    story.prepare(1, 0);
    await story.sleep(10);
    expect(story.take('told')).to.deep.equal([]);
  });

  it('are all open again when healed, those cut singly too', async () => {
    const story = new Story(2, reliable);
    await story.open(2);
    story.network.cut(0, 1);
    story.network.heal();
    story.prepare(0, 1);
    await story.sleep(10);
    expect(story.take('heard', 'told')).to.deep.equal(['heard 0>1 prepare', 'heard 1>0 promised']);
  });

  it('are cut in one direction for every datagram', async () => {
    const story = new Story(2, kindDatagrams);
    await story.open(2);
    story.network.cut(1, 0);
    story.prepare(0, 1);
    await story.sleep(50);
    expect(story.take('heard', 'lost')).to.deep.equal(['heard 0>1 prepare', 'lost 1>0 promised']);
  });

  it('know no peer beyond the count, and none in two groups', () => {
    const { network } = new Story(2, reliable);
    expect(() => network.deafen(2)).to.throw(TypeError);
    expect(() => network.cut(0, -1)).to.throw(TypeError);
    expect(() => network.partition([[0], [0, 1]])).to.throw(TypeError);
  });
});
