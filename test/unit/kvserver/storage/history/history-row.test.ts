import { bytesOf, textBytesMax } from '@paxkv/kvserver/internal/state-machine/store/cached-value';
import {
  fromHistoryRow,
  type HistoryRow,
  historyKey,
  rowsOf,
  type StoredChange,
  toHistoryRow,
} from '@paxkv/kvserver/internal/storage/history/history-row';
import { bodyOf, seal } from '@paxkv/kvserver/internal/storage/state/rows';
import { keyBytesMax, toLeaseId, unpack } from '@paxkv/protocol';
import { expect } from 'chai';
import fc from 'fast-check';
import { codeOf } from '../state/machine-reads.ts';
import { written } from './written-row.ts';

const lease = toLeaseId('BQUFBQUFBQUFBQUFBQUFBQ');
const value = fc.oneof(
  fc.string({ unit: 'binary-ascii', maxLength: 20 }),
  fc.constant('x'.repeat(40_000)),
);
const before = fc.option(
  fc
    .record({ value, modRevision: fc.integer({ min: 1, max: 2 ** 51 }) })
    .chain((fields) =>
      fc.constantFrom(
        { ...fields, createRevision: fields.modRevision, version: 1 },
        { ...fields, createRevision: 1, version: 1, lease },
      ),
    ),
  { nil: undefined },
);
const name = fc.string({ unit: 'binary-ascii', minLength: 1, maxLength: 8 });

/** Changes at revisions that rise by 0, 1 or more. */
const spans = fc
  .record({
    after: fc.integer({ min: 0, max: 2 ** 50 }),
    steps: fc.array(fc.record({ by: fc.integer({ min: 0, max: 2 }), name, before })),
    more: fc.integer({ min: 0, max: 2 }),
  })
  .map(({ after, steps, more }): HistoryRow => {
    let revision = after + 1;
    const changes = steps.map(({ by, ...change }): StoredChange => {
      revision += by;
      return { ...change, revision };
    });
    return { after, until: revision + more, changes };
  });

const single = { after: 4, until: 7 };
const change = (revision: number): StoredChange => ({ revision, name: 'a', before: undefined });
const largeChange = (revision: number): StoredChange => {
  const entry = { value: new Uint8Array(70_000), createRevision: 1, modRevision: 1, version: 1 };
  return { revision, name: 'a', before: entry };
};

describe('A row of the history', () => {
  it('has the bytes of large values themselves, between copies of keys and small values', () => {
    const versions = { createRevision: 1, modRevision: 1, version: 1 };
    const large = new Uint8Array(textBytesMax + 1).fill(200);
    const changes = ['a', large, 'abc', large, undefined].map((value, index) => ({
      revision: 5 + index,
      name: `k${index}`,
      before: value === undefined ? undefined : { ...versions, value },
    }));
    const row = { after: 4, until: 9, changes };
    expect(fromHistoryRow(row).filter((piece) => piece === large)).to.have.lengthOf(2);
    const read = toHistoryRow(...written(row)).changes.map(({ name, before }) => {
      const value = before && Buffer.from(bytesOf(before.value)).toString('latin1');
      return [name, value];
    });
    const same = 'È'.repeat(textBytesMax + 1);
    expect(read).to.deep.equal([
      ...[
        ['k0', 'a'],
        ['k1', same],
        ['k2', 'abc'],
      ],
      ...[
        ['k3', same],
        ['k4', undefined],
      ],
    ]);
  });

  it('is read as it was written, and several have all changes in order', () => {
    fc.assert(
      fc.property(spans, (span) => {
        const rows = [...rowsOf(span)].map((row) => toHistoryRow(...written(row)));
        expect(rows.flatMap(({ changes }) => changes)).to.deep.equal(span.changes);
        expect(rows[0]?.after).to.equal(span.after);
        expect(rows.at(-1)?.until).to.equal(span.until);
        for (const [index, row] of rows.slice(1).entries()) {
          expect(row.after).to.equal(rows[index]?.until);
        }
      }),
    );
  });

  it('says that there is no change between two revisions, and nothing of none', () => {
    expect([...rowsOf({ ...single, changes: [] })]).to.deep.equal([{ ...single, changes: [] }]);
    expect([...rowsOf({ after: 4, until: 4, changes: [] })]).to.deep.equal([]);
  });

  it('has all changes of a revision, however large', () => {
    const changes = [5, 5, 5, 6, 6, 7].map(largeChange);
    const rows = [...rowsOf({ ...single, changes })];
    expect(rows.map(({ after, until }) => [after, until])).to.deep.equal([
      ...[
        [4, 5],
        [5, 6],
        [6, 7],
      ],
    ]);
    expect(rows.map((row) => row.changes.length)).to.deep.equal([3, 2, 1]);
  });

  it('ends with the revision at which it has 64 KiB of keys, values and what a change counts', () => {
    const sized = (revision: number, bytes: number): StoredChange => {
      const value = 'x'.repeat(bytes - 16 - 'a'.length);
      const before = { value, createRevision: 1, modRevision: 1, version: 1 };
      return { revision, name: 'a', before };
    };
    const full = 64 * 1024;
    const changes = [
      ...[sized(5, full - 1), change(6), sized(7, full)],
      ...[sized(8, full - 1), change(9), change(10)],
    ];
    const rows = [...rowsOf({ after: 4, until: 10, changes })];
    expect(rows.map(({ after, until }) => [after, until])).to.deep.equal([
      [4, 6],
      [6, 7],
      [7, 9],
      [9, 10],
    ]);
  });

  it('has the fields that histories on disk have', () => {
    const entry = { value: 'xyz', createRevision: 1, modRevision: 3, version: 2, lease };
    const changes = [change(5), { revision: 7, name: 'bc', before: entry }];
    const [key, row] = written({ ...single, changes });
    expect(Buffer.from(key).toString('hex')).to.equal('0000000000000007');
    const [format, after, bytes, ...fields] = unpack(bodyOf(key, row));
    expect([format, after, Buffer.from(Object(bytes)).toString()]).to.deep.equal([1, 4, 'abcxyz']);
    expect(fields).to.deep.equal([
      [5, 1],
      [7, 2, 3, 1, 3, 2, lease],
    ]);
  });

  it('has values that are bytes as they are', () => {
    const value = new Uint8Array(70_000).fill(7);
    const before = { value, createRevision: 1, modRevision: 1, version: 1 };
    const changes = [{ revision: 5, name: 'a', before }];
    const row = toHistoryRow(...written({ ...single, changes }));
    expect(row.changes).to.deep.equal(changes);
  });

  it('has no key that is longer than keys may be', async () => {
    const reading = async (length: number) => {
      const changes = [{ revision: 5, name: 'k'.repeat(length), before: undefined }];
      return toHistoryRow(...written({ ...single, changes })).changes[0]?.name.length;
    };
    expect(await reading(keyBytesMax)).to.equal(keyBytesMax);
    expect(await codeOf(reading(keyBytesMax + 1))).to.equal('STATE_DAMAGED');
  });

  it('is damaged if any byte of it, or its key, is another one', () => {
    const [key, row] = written({ ...single, changes: [change(5), change(7)] });
    const readOf = (...[rowKey, bytes]: readonly [Uint8Array, Uint8Array]) =>
      codeOf(Promise.resolve().then(() => toHistoryRow(rowKey, bytes)));
    const damaged = [...row.keys()].map((index) => {
      return readOf(key, row.with(index, (row[index] ?? 0) ^ 1));
    });
    return Promise.all([...damaged, readOf(historyKey(8), row)]).then((codes) => {
      expect(new Set(codes)).to.deep.equal(new Set(['STATE_DAMAGED']));
    });
  });

  for (const [what, replace] of [
    ['another format', ([, ...fields]) => [2, ...fields]],
    ['no revision of its own', ([format]) => [format, 7, new Uint8Array()]],
    ['a change before it begins', ([format, , ...fields]) => [format, 5, ...fields]],
    ['a change after its end', (fields) => [...fields.slice(0, -1), [8, 1]]],
    ['changes out of order', ([f, after, bytes, one, two]) => [f, after, bytes, two, one]],
    ['a key without bytes', ([f, after, , one]) => [f, after, new Uint8Array(1), one, [7, 0]]],
    ['a key beyond its bytes', (fields) => [...fields.slice(0, -1), [7, 2]]],
    ['bytes of no change', (fields) => fields.slice(0, -1)],
    ['an entry that could not be', (fields) => [...fields.slice(0, -1), [7, 1, 0, 1, 1, 2]]],
  ] as const satisfies readonly [string, (fields: readonly unknown[]) => readonly unknown[]][]) {
    it(`is damaged if it has ${what}`, async () => {
      const [key, row] = written({ ...single, changes: [change(5), change(7)] });
      const fields = replace([...unpack(bodyOf(key, row))]);
      const reading = Promise.resolve().then(() => toHistoryRow(key, seal(key, fields)));
      expect(await codeOf(reading)).to.equal('STATE_DAMAGED');
    });
  }
});
