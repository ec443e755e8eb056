import { createHash as createInNode } from 'node:crypto';
import { createHash } from '@paxkv/playground/internal/build/browser/crypto';
import { expect } from 'chai';

describe('hashes in a browser', () => {
  it('are those of Node, for bytes and text in any number of parts', () => {
    for (const length of [0, 1, 55, 56, 63, 64, 1000]) {
      const bytes = Uint8Array.from({ length }, (_, index) => (index * 7) & 0xff);
      const there = createInNode('sha256').update('tëxt').update(bytes).update(bytes).digest();
      const here = createHash('sha256').update('tëxt').update(bytes).update(bytes).digest();
      expect(here.toString('hex'), `${length}`).to.equal(there.toString('hex'));
    }
  });
});
