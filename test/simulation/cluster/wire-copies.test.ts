import { SeededRandom } from '@paxkv/simulator';
import { expect } from 'chai';
import { nothingForgotten, plainMark } from '../../unit/contracts/plain-mark.ts';
import { WireCopies } from './wire-copies.ts';

const ballot = { round: 3, peer: 0 };
const value = new Uint8Array([1, 2, 3]);
const head = { from: 0, to: 1, ...nothingForgotten, mark: plainMark() };

describe('WireCopies', () => {
  it('carry every message as it was, in pieces of any size, and share no bytes with it', () => {
    const copies = new WireCopies(3, new SeededRandom(1));
    for (let seq = 0; seq < 200; seq += 1) {
      const envelope = { ...head, message: { type: 'accept', seq, ballot, value } as const };
      const copy = copies.envelope(envelope);
      expect(copy).to.deep.equal(envelope);
      expect('value' in copy.message && copy.message.value).to.not.equal(value);
      const forward = { type: 'forward', runId: 1, number: seq, value } as const;
      expect(copies.side(forward, 0, 1)).to.deep.equal(forward);
    }
  });

  it('refuse what a server would refuse', () => {
    const copies = new WireCopies(3, new SeededRandom(1));
    const message = { type: 'prepare', seq: -1, ballot } as const;
    expect(() => copies.envelope({ ...head, message })).to.throw('server 1 refused');
  });

  it('know how much room a message takes', () => {
    const of = (length: number) =>
      WireCopies.bytesOf({ type: 'forward', runId: 1, number: 1, value: new Uint8Array(length) });
    expect(of(100_000) - of(1_000)).to.equal(99_000);
  });
});
