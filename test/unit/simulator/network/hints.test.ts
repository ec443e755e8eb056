import { reliable } from '@paxkv/simulator';
import { expect } from 'chai';
import { Story } from './recording-peers.ts';

describe('Hints', () => {
  it('tell the others, a moment later, that a peer is gone', async () => {
    const story = new Story(3, reliable, { hints: { chance: 1, delayMsMax: 2 } });
    await story.open(3);
    story.network.unplug(0);
    expect(story.take('lost')).to.deep.equal([]);
    await story.sleep(2);
    expect(story.take('lost')).to.have.members(['lost 1>0', 'lost 2>0']);
  });

  it('tell both ends that the link between them is cut', async () => {
    const story = new Story(3, reliable, { hints: { chance: 1, delayMsMax: 0 } });
    await story.open(3);
    story.network.cut(0, 2);
    await story.sleep(1);
    expect(story.take('lost')).to.have.members(['lost 0>2', 'lost 2>0']);
  });

  it('tell some and not others, or nothing at all where there are none', async () => {
    const silent = new Story(3, reliable);
    await silent.open(3);
    silent.network.unplug(0);
    await silent.sleep(10);
    expect(silent.take('lost')).to.deep.equal([]);
    const story = new Story(3, reliable, { hints: { chance: 0.5, delayMsMax: 0 } });
    await story.open(3);
    for (let count = 0; count < 100; count += 1) story.network.cut(0, 1);
    await story.sleep(1);
    expect(story.take('lost').length).to.be.within(60, 140);
  });
});
