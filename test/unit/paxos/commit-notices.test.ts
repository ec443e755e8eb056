import type { Paxos } from '@paxkv/paxos';
import { expect } from 'chai';
import { Deeds, turn } from './deeds.ts';

const own = { round: 1, peer: 0 };

describe('Paxos, notice decisions as leader', () => {
  let deeds: Deeds;
  let paxos: Paxos<string>;

  beforeEach(async () => {
    deeds = new Deeds();
    deeds.isCandidate = true;
    paxos = await deeds.open();
    deeds.receive(1, { type: 'transferLeadership', ballot: { round: 1, peer: 1 } });
    await turn();
    await deeds.finishWrite();
    await deeds.finishWrite();
    deeds.receive(1, { type: 'logPromised', ballot: own, firstSeq: 0, votes: [] });
    paxos.start(0, 'a');
    await turn();
    deeds.receive(1, { type: 'accepted', seq: 0, ballot: own });
    await turn();
    deeds.list.length = 0;
  });

  it('goes by itself when its host says that somebody waits', async () => {
    await deeds.finishWrite();
    expect(deeds.list).to.deep.equal(['decided 0 a']);
    paxos.flushNotices();
    await turn();
    expect(deeds.list).to.deep.equal(['decided 0 a', 'decided to 1', 'decided to 2']);
  });

  for (const [when, delay] of [
    ['at once', () => undefined],
    ['in the next microtask', () => Promise.resolve()],
  ] as const) {
    it(`rides on what the host starts ${when}`, async () => {
      deeds.onDecided = async () => {
        const pause = delay();
        if (pause) await pause;
        paxos.start(1, 'b');
      };
      await deeds.finishWrite();
      expect(deeds.list).to.deep.equal([
        'decided 0 a',
        'accept to 1',
        'accept to 2',
        'write accepted decided',
      ]);
      expect(deeds.sent.at(-1)?.message).to.deep.equal({
        ...{ type: 'accept', seq: 1, ballot: own, value: 'b' },
        ...{ decided: [{ seq: 0, ballot: own }], knownUpTo: 0 },
      });
    });
  }
});
