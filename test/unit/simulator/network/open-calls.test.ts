import { reliable } from '@paxkv/simulator';
import { expect } from 'chai';
import { Story } from './recording-peers.ts';

const low = { round: 1, peer: 0 };
const high = { round: 2, peer: 0 };

describe('OpenCalls', () => {
  it('gives each call one answer, and loses what answers no call', async () => {
    const story = new Story(2, reliable);
    await story.open(2);
    story.prepare(0, 1);
    await story.sleep(10);
    story.take();
    story.send(1, 0, { type: 'promised', seq: 0, ballot: low });
    await story.sleep(10);
    expect(story.take('heard', 'lost')).to.deep.equal(['lost 1>0 promised']);
  });

  it('matches an answer by instance, ballot and kind', async () => {
    const story = new Story(2, reliable);
    await story.open(2, 1_000);
    story.send(0, 1, { type: 'prepare', seq: 3, ballot: high });
    await story.sleep(10);
    story.take();
    story.send(1, 0, { type: 'promised', seq: 3, ballot: low });
    story.send(1, 0, { type: 'promised', seq: 4, ballot: high });
    story.send(1, 0, { type: 'accepted', seq: 3, ballot: high });
    await story.sleep(10);
    expect(story.take('heard')).to.deep.equal([]);
    story.send(1, 0, { type: 'rejected', seq: 3, ballot: high, promised: high });
    await story.sleep(10);
    expect(story.take('heard')).to.deep.equal(['heard 1>0 rejected']);
  });

  it('takes news of a decision as the answer to any request of the instance', async () => {
    const story = new Story(2, reliable);
    await story.open(2, 1_000);
    story.send(0, 1, { type: 'accept', seq: 0, ballot: low, value: 'v' });
    story.send(0, 1, { type: 'learn', seq: 0, count: 1 });
    story.prepare(0, 1);
    await story.sleep(10);
    story.take();
    for (let answer = 0; answer < 2; answer += 1) {
      story.send(1, 0, { type: 'learned', seq: 0, values: ['v'] });
    }
    story.send(1, 0, { type: 'forgotten', seq: 0 });
    await story.sleep(10);
    expect(story.take('heard')).to.have.members([
      'heard 1>0 learned',
      'heard 1>0 learned',
      'heard 1>0 forgotten',
    ]);
  });

  it('gives no answer to a call whose caller has crashed, but to the next that waits', async () => {
    const story = new Story(2, reliable);
    await story.open(2);
    story.send(0, 1, { type: 'learn', seq: 0, count: 1 });
    await story.sleep(10);
    story.network.unplug(0);
    await story.boot(0);
    story.send(0, 1, { type: 'learn', seq: 0, count: 1 });
    await story.sleep(10);
    story.send(1, 0, { type: 'learned', seq: 0, values: ['v'] });
    await story.sleep(10);
    expect(story.take('heard').at(-1)).to.equal('heard 1>0 learned');
  });
});
