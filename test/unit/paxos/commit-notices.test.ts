import type { Paxos } from '@paxkv/paxos';
import { expect } from 'chai';
import { RecordingHost, turn } from './recording-host.ts';

const own = { round: 1, peer: 0 };

describe('Commit notices of a leader', () => {
  let host: RecordingHost;
  let paxos: Paxos<string>;

  beforeEach(async () => {
    host = new RecordingHost();
    host.isCandidate = true;
    paxos = await host.open();
    host.receive(1, { type: 'transferLeadership', ballot: { round: 1, peer: 1 } });
    await turn();
    await host.finishWrite();
    await host.finishWrite();
    host.receive(1, { type: 'logPromised', ballot: own, firstSeq: 0, votes: [] });
    paxos.start(0, 'a');
    await turn();
    host.receive(1, { type: 'accepted', seq: 0, ballot: own });
    await turn();
    host.effects.length = 0;
  });

  it('are sent by themselves when the host says that another one waits', async () => {
    await host.finishWrite();
    expect(host.effects).to.deep.equal(['decided 0 a']);
    paxos.flushNotices();
    await turn();
    expect(host.effects).to.deep.equal(['decided 0 a', 'decided to 1', 'decided to 2']);
  });

  for (const [when, delay] of [
    ['at once', () => undefined],
    ['in the next microtask', () => Promise.resolve()],
  ] as const) {
    it(`are piggybacked on what the host starts ${when}`, async () => {
      host.onDecided = async () => {
        const pause = delay();
        if (pause) await pause;
        paxos.start(1, 'b');
      };
      await host.finishWrite();
      expect(host.effects).to.deep.equal([
        'decided 0 a',
        'accept to 1',
        'accept to 2',
        'write accepted decided',
      ]);
      expect(host.sent.at(-1)?.message).to.deep.equal({
        type: 'accept',
        seq: 1,
        ballot: own,
        value: 'b',
        decided: [{ seq: 0, ballot: own }],
        knownUpTo: 0,
      });
    });
  }
});
