import { nextStateHash, type Step } from '@paxkv/kvserver/internal/state-machine/state-hash';
import { expect } from 'chai';
import { bytes } from './fixtures.ts';

const before = new Uint8Array(32);
const step: Step = { seq: 7, value: bytes('value'), replies: [{ type: 'put', revision: 3 }] };

describe('state hash', () => {
  it('is equal for equal steps', () => {
    expect(nextStateHash(before, { ...step })).to.deep.equal(nextStateHash(before, step));
  });

  const others: Record<string, Uint8Array> = {
    'what came before': nextStateHash(before.with(0, 1), step),
    'the instance': nextStateHash(before, { ...step, seq: 8 }),
    'the value': nextStateHash(before, { ...step, value: bytes('valve') }),
    'a reply': nextStateHash(before, { ...step, replies: [{ type: 'put', revision: 4 }] }),
    'the count of replies': nextStateHash(before, { ...step, replies: [] }),
    'the value of a get': nextStateHash(before, {
      ...step,
      replies: [
        {
          type: 'get',
          entry: { value: bytes('v'), createRevision: 3, modRevision: 3, version: 1 },
        },
      ],
    }),
  };
  for (const [name, hash] of Object.entries(others)) {
    it(`distinguishes ${name}`, () => {
      expect(hash).not.to.deep.equal(nextStateHash(before, step));
    });
  }
});
