import { ExchangeError, KvError } from '@paxkv/client';
import { idOf, pingId, positionOf, readReply } from '@paxkv/client/internal/stream/replies';
import { expect } from 'chai';

const read = (row: unknown) => readReply(row, 'http://a:1');

describe('readReply', () => {
  it('reads every reply', () => {
    const value = new Uint8Array([1]);
    const versions = { createRevision: 1, modRevision: 2, version: 3 };
    expect(read([0])).to.deep.equal({ type: 'get', entry: undefined });
    expect(read([0, 1, 2, 3, value])).to.deep.equal({ type: 'get', entry: { value, ...versions } });
    expect(read([1, 4])).to.deep.equal({ type: 'put', revision: 4 });
    expect(read([2, 4, 5])).to.deep.equal({ type: 'append', revision: 4, length: 5 });
    expect(read([3, 4, false])).to.deep.equal({ type: 'delete', revision: 4, deleted: false });
    expect(read([4, 6])).to.deep.equal({ type: 'openSession', session: 6 });
  });

  it('reads an error with its code, outcome and endpoint', () => {
    const error = read([-1, 'KV_INTERNAL', 'not done', 'because']);
    expect(error).to.be.instanceOf(KvError);
    expect(error).to.include({ code: 'KV_INTERNAL', outcome: 'not done' });
    expect(error).to.have.property('message', 'http://a:1: because');
  });

  it('keeps the outcome of errors with an unknown code', () => {
    for (const [outcome, sent] of [
      ['not done', 'no'],
      ['unknown', 'maybe'],
      ['done', 'maybe'],
    ] as const) {
      const error = read([-1, 'KV_BRAND_NEW', outcome, 'because']);
      expect(error).to.be.instanceOf(ExchangeError);
      expect(error).to.include({ sent });
    }
  });

  for (const row of [
    [],
    [9, 1],
    [0, 1, 2, 3],
    [0, 1, 2, 3, 'text'],
    [1],
    [1, -1],
    [1, 1.5],
    [1, '1'],
    [3, 1, 1],
    [4, null],
    [-1, 'KV_INTERNAL', 'perhaps', 'because'],
    [-1, 'KV_INTERNAL', 'unknown'],
    'text',
    null,
    7,
  ]) {
    it(`refuses ${JSON.stringify(row)}`, () => {
      expect(() => read(row)).to.throw(TypeError);
    });
  }
});

describe('request ids', () => {
  const idCount = 2 ** 32 - 1;

  it('lead back to the positions they were made of, also after they start again from 0', () => {
    for (const first of [0, 7, idCount - 2, idCount, 5 * idCount - 1]) {
      for (const ahead of [0, 1, 2, 3, 4_000]) {
        const id = idOf(first + ahead);
        expect(id).to.be.within(0, pingId - 1);
        expect(positionOf(id, first)).to.equal(first + ahead);
      }
    }
  });

  it('are distinct from the id of pings and from anything that is no id', () => {
    for (const id of [pingId, -1, 2 ** 40, Number.NaN, '1', undefined, null, [1]]) {
      expect(positionOf(id, 5)).to.equal(-1);
    }
  });
});
