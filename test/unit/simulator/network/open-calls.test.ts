import { reliable } from '@paxkv/simulator';
import { expect } from 'chai';
import { RecordedNetwork } from './recording-peers.ts';

const low = { round: 1, peer: 0 };
const high = { round: 2, peer: 0 };

describe('OpenCalls', () => {
  it('gives each call one answer, and drops what answers no call', async () => {
    const recorded = new RecordedNetwork(2, reliable);
    await recorded.open(2);
    recorded.prepare(0, 1);
    await recorded.sleep(10);
    recorded.take();
    recorded.send(1, 0, { type: 'promised', seq: 0, ballot: low });
    await recorded.sleep(10);
    expect(recorded.take('received', 'lost')).to.deep.equal(['lost 1>0 promised']);
  });

  it('matches an answer by instance, ballot and kind', async () => {
    const recorded = new RecordedNetwork(2, reliable);
    await recorded.open(2, 1_000);
    recorded.send(0, 1, { type: 'prepare', seq: 3, ballot: high });
    await recorded.sleep(10);
    recorded.take();
    recorded.send(1, 0, { type: 'promised', seq: 3, ballot: low });
    recorded.send(1, 0, { type: 'promised', seq: 4, ballot: high });
    recorded.send(1, 0, { type: 'accepted', seq: 3, ballot: high });
    await recorded.sleep(10);
    expect(recorded.take('received')).to.deep.equal([]);
    recorded.send(1, 0, { type: 'rejected', seq: 3, ballot: high, promised: high });
    await recorded.sleep(10);
    expect(recorded.take('received')).to.deep.equal(['received 1>0 rejected']);
  });

  it('takes a decision as the answer to any request of the instance', async () => {
    const recorded = new RecordedNetwork(2, reliable);
    await recorded.open(2, 1_000);
    recorded.send(0, 1, { type: 'accept', seq: 0, ballot: low, value: 'v' });
    recorded.send(0, 1, { type: 'learn', seq: 0, count: 1 });
    recorded.prepare(0, 1);
    await recorded.sleep(10);
    recorded.take();
    for (let answer = 0; answer < 2; answer += 1) {
      recorded.send(1, 0, { type: 'learned', seq: 0, values: ['v'] });
    }
    recorded.send(1, 0, { type: 'forgotten', seq: 0 });
    await recorded.sleep(10);
    expect(recorded.take('received')).to.have.members([
      'received 1>0 learned',
      'received 1>0 learned',
      'received 1>0 forgotten',
    ]);
  });

  it('gives no answer to a call whose caller has crashed, but to the next open one', async () => {
    const recorded = new RecordedNetwork(2, reliable);
    await recorded.open(2);
    recorded.send(0, 1, { type: 'learn', seq: 0, count: 1 });
    await recorded.sleep(10);
    recorded.network.unplug(0);
    await recorded.boot(0);
    recorded.send(0, 1, { type: 'learn', seq: 0, count: 1 });
    await recorded.sleep(10);
    recorded.send(1, 0, { type: 'learned', seq: 0, values: ['v'] });
    await recorded.sleep(10);
    expect(recorded.take('received').at(-1)).to.equal('received 1>0 learned');
  });
});
