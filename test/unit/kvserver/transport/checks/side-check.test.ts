import { sideCheck } from '@paxkv/kvserver/internal/transport/checks/side-check';
import { expect } from 'chai';
import { compareAtRandom, compareEachPart } from './agreement.ts';
import { bounds, sideSamples } from './contents.ts';

describe('the check of side messages', function () {
  this.timeout(30_000);

  const newCheck = () => sideCheck(bounds.valueBytesMax);

  it('agrees with the schemas on every message with one part replaced, removed or added', () => {
    const { accepted, refused } = compareEachPart(newCheck(), sideSamples);
    expect(accepted).to.be.above(500);
    expect(refused).to.be.above(3000);
  });

  it('agrees with the schemas on messages with several parts changed, and on any trees', () => {
    const { accepted, refused } = compareAtRandom(newCheck(), sideSamples, {
      seed: '2',
      count: 2000,
    });
    expect(accepted).to.be.above(50);
    expect(refused).to.be.above(2000);
  });

  it('accepts a key as long as keys may be, and no longer', () => {
    const check = newCheck();
    const fetch = sideSamples.find(({ type }) => type === 'fetch');
    expect(check({ ...fetch, after: new Uint8Array(65_536) })).to.include({ type: 'fetch' });
    const longer = check({ ...fetch, after: new Uint8Array(65_537) });
    expect(longer).to.include({ text: 'after: longer than 65536 bytes' });
  });

  it('accepts as many rows as fit into a page, and no more', () => {
    const check = newCheck();
    const page = sideSamples.find(({ type }) => type === 'page');
    const row = [new Uint8Array(), new Uint8Array()];
    const pageOf = (count: number) => ({ ...page, rows: Array(count).fill(row) });
    expect(check(pageOf(65_536))).to.include({ type: 'page' });
    expect(check(pageOf(65_537))).to.include({ text: 'rows: no list of 0 to 65536 items' });
  });
});
