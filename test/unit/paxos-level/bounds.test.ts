import { boundsFrom, boundsOf, isEmpty, toRange } from '@paxkv/paxos-level/internal/bounds';
import { expect } from 'chai';

const key = (...bytes: number[]) => new Uint8Array(bytes);

describe('The bounds of a range of abstract-level', () => {
  it('are its first key, and the first key above it', () => {
    expect(boundsOf({})).to.deep.equal({ from: key(), to: undefined });
    expect(boundsOf({ gte: key(1), lt: key(2) })).to.deep.equal({ from: key(1), to: key(2) });
    expect(boundsOf({ gt: key(1), lte: key(2) })).to.deep.equal({
      from: key(1, 0),
      to: key(2, 0),
    });
  });

  it('follow gte and lte if gt and lt are given as well', () => {
    const both = { gt: key(5), gte: key(1), lt: key(2), lte: key(9) };
    expect(boundsOf(both)).to.deep.equal({ from: key(1), to: key(9, 0) });
  });

  it('are empty below the lowest key, and if the upper is not above the lower', () => {
    expect(isEmpty(boundsOf({ lt: key() }))).to.equal(true);
    expect(isEmpty(boundsOf({ gte: key(2), lt: key(2) }))).to.equal(true);
    expect(isEmpty(boundsOf({ gte: key(2), lte: key(2) }))).to.equal(false);
    expect(isEmpty(boundsOf({ lte: key() }))).to.equal(false);
    expect(isEmpty(boundsOf({}))).to.equal(false);
  });

  it('begin at the target of a seek, and at its end in reverse', () => {
    const bounds = boundsOf({ gte: key(1), lt: key(5) });
    expect(boundsFrom(key(3), bounds, false)).to.deep.equal({ from: key(3), to: key(5) });
    expect(boundsFrom(key(3), bounds, true)).to.deep.equal({ from: key(1), to: key(3, 0) });
  });

  it('are empty after a seek to a target outside of them', () => {
    const bounds = boundsOf({ gte: key(1), lt: key(5) });
    for (const target of [key(0), key(5), key(9)]) {
      expect(isEmpty(boundsFrom(target, bounds, false))).to.equal(true);
      expect(isEmpty(boundsFrom(target, bounds, true))).to.equal(true);
    }
  });

  it('leave out an upper bound that is not there', () => {
    expect(toRange({ from: key(1), to: undefined })).to.deep.equal({ from: key(1) });
    expect(toRange({ from: key(1), to: key(2) })).to.deep.equal({ from: key(1), to: key(2) });
  });
});
