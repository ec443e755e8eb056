/** The rows of a range: which ones, in which order, and as of which time. */
import type { RangeCursor } from '@paxkv/kvserver/internal/state-machine/state-store';
import { EntryRange } from '@paxkv/kvserver/internal/storage/state/entry-range';
import { dataKey, leaseKey, positionKey } from '@paxkv/kvserver/internal/storage/state/row-keys';
import { seal, sumIn } from '@paxkv/kvserver/internal/storage/state/rows';
import type { StateLevel } from '@paxkv/kvserver/internal/storage/state/state-database';
import { expect } from 'chai';
import { bytes, memoryLevel, type TestLevel } from '../../state-machine/fixtures.ts';
import { intercepted } from '../../state-machine/intercepted.ts';
import { codeOf } from './machine-reads.ts';

const everything = { first: '\0', end: undefined, isReversed: false };

function rowOf(name: string, revision = 1): Uint8Array {
  return seal(dataKey(bytes(name)), [revision, revision, 1, bytes(`value of ${name}`)]);
}

async function namesIn(range: RangeCursor): Promise<string[]> {
  const names: string[] = [];
  for (;;) {
    const rows = await range.next();
    if (rows.length === 0) return names;
    names.push(...rows.map(({ name }) => name));
  }
}

describe('The rows of a range', () => {
  let level: TestLevel;

  async function write(...names: readonly string[]): Promise<void> {
    await level.batch(
      names.map((name) => ({ type: 'put', key: dataKey(bytes(name)), value: rowOf(name) })),
    );
  }

  function open(
    options: Partial<ConstructorParameters<typeof EntryRange>[1]> = {},
    on?: StateLevel,
  ) {
    return new EntryRange(on ?? level, {
      ...{ range: everything, hasValues: true, revision: 9 },
      ...options,
    });
  }

  beforeEach(async () => {
    level = memoryLevel();
    await write('a', 'b', 'ba', 'c');
    // Neighbours of the entries: the auth table, a lease, the position.
    await level.put(dataKey(bytes('')), rowOf(''));
    await level.put(leaseKey('AAAAAAAAAAAAAAAAAAAAAA'), bytes('lease'));
    await level.put(positionKey, bytes('position'));
  });

  it('are those from the first name on and before the end, in order', async () => {
    for (const [first, end, names] of [
      ['\0', undefined, ['a', 'b', 'ba', 'c']],
      ['b', undefined, ['b', 'ba', 'c']],
      ['a', 'c', ['a', 'b', 'ba']],
      ['aa', 'b\0', ['b']],
      ['d', undefined, []],
    ] as const) {
      expect(await namesIn(open({ range: { first, end, isReversed: false } }))).to.deep.equal(
        names,
      );
      const reversed = open({ range: { first, end, isReversed: true } });
      expect(await namesIn(reversed)).to.deep.equal(names.toReversed());
    }
  });

  it('are those of the time at which it was opened', async () => {
    const range = open();
    await write('aa');
    await level.del(dataKey(bytes('b')));
    expect(await namesIn(range)).to.deep.equal(['a', 'b', 'ba', 'c']);
  });

  it('come in parts, of so many that they are handled in one turn', async () => {
    const names = Array.from({ length: 600 }, (_, index) => `k${String(index).padStart(3, '0')}`);
    await write(...names);
    const range = open({ range: { first: 'k', end: 'l', isReversed: false } });
    const sizes: number[] = [];
    for (let part = 0; part < 4; part += 1) sizes.push((await range.next()).length);
    expect(sizes).to.deep.equal([256, 256, 88, 0]);
  });

  it('have the entry of each name, with the checksum of its row', async () => {
    const [row] = await open().next();
    expect(row?.open()).to.deep.equal({
      name: 'a',
      entry: { value: 'value of a', createRevision: 1, modRevision: 1, version: 1 },
      rowSum: sumIn(rowOf('a')),
    });
  });

  it('are verified when they are opened, and not before', async () => {
    await level.put(dataKey(bytes('a')), rowOf('a').with(-1, 0x7f));
    await level.put(dataKey(bytes('b')), rowOf('other'));
    await level.put(dataKey(bytes('c')), rowOf('c', 10));
    const rows = await open().next();
    const codes = await Promise.all(rows.map((row) => codeOf((async () => row.open())())));
    expect(codes).to.deep.equal(['STATE_DAMAGED', 'STATE_DAMAGED', undefined, 'STATE_DAMAGED']);
    const atRevision = await open({ revision: 10 }).next();
    expect(atRevision[3]?.open().entry?.modRevision).to.equal(10);
  });

  it('are names alone where nobody wants the values', async () => {
    const [row] = await open({ hasValues: false }).next();
    expect(row?.name).to.equal('a');
    expect(() => row?.open()).to.throw();
  });

  it('tell of a disk that cannot be read', async () => {
    const failing = intercepted(level, {
      iterator: () => ({ nextv: () => Promise.reject(new Error('EIO')) }),
    });
    const error = await open({}, failing)
      .next()
      .catch((reason: unknown) => reason);
    expect(error).to.include({
      code: 'STATE_FAILED',
      message: 'The state database could not read a range.',
    });
  });

  it('are read no more once it is closed', async () => {
    const range = open();
    await range.close();
    expect(await codeOf(range.next())).to.equal('STATE_FAILED');
  });
});
