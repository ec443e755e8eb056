import { nextStateHash, type Step } from '@paxkv/kvserver/internal/state-machine/state-hash';
import type { Reply } from '@paxkv/protocol';
import { expect } from 'chai';
import { bytes } from './fixtures.ts';

const before = new Uint8Array(32);
const step: Step = { seq: 7, value: bytes('value'), replies: [{ type: 'put', revision: 3 }] };

describe('state hash', () => {
  it('is equal for equal steps', () => {
    expect(nextStateHash(before, { ...step })).to.deep.equal(nextStateHash(before, step));
  });

  it('is the same in every version, since servers of two versions compare it', () => {
    expect(Buffer.from(nextStateHash(before, step)).toString('hex')).to.equal(
      'bfe6ff64056cae557392e154f95a2e14fe11fbd339b826c65a20138eaf718d67',
    );
  });

  const get: Reply = {
    type: 'get',
    entry: { value: bytes('v'), createRevision: 3, modRevision: 3, version: 1 },
  };
  const others: Record<string, Partial<Step>> = {
    'the instance': { seq: 8 },
    'the value': { value: bytes('valve') },
    'a reply': { replies: [{ type: 'put', revision: 4 }] },
    'the count of replies': { replies: [] },
    'the value of a get': { replies: [get] },
  };
  for (const [name, other] of Object.entries(others)) {
    it(`distinguishes ${name}`, () => {
      const hash = nextStateHash(before, { ...step, ...other });
      expect(hash).not.to.deep.equal(nextStateHash(before, step));
    });
  }

  it('distinguishes what came before', () => {
    const hash = nextStateHash(before.with(0, 1), step);
    expect(hash).not.to.deep.equal(nextStateHash(before, step));
  });
});
