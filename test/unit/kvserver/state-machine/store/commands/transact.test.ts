import {
  fromCachedEntry,
  textBytesMax,
} from '@paxkv/kvserver/internal/state-machine/store/cached-value';
import { Store } from '@paxkv/kvserver/internal/state-machine/store/store';
import {
  type Comparison,
  type CountProperty,
  type Entry,
  type Operation,
  type Relation,
  type TransactCommand,
  valueBytesMax,
} from '@paxkv/protocol';
import { expect } from 'chai';
import { append, bytes, FixedCache, get, put, remove, text, transaction } from '../../fixtures.ts';

const entry = (
  value: string,
  [create, mod, version]: readonly [number, number, number],
): Entry => ({
  value: bytes(value),
  createRevision: create,
  modRevision: mod,
  version,
});

const increment = (key: string, by = 1n): Operation => ({ type: 'increment', key: bytes(key), by });

function counted(
  key: string,
  of: CountProperty,
  [is, to]: readonly [Relation, number],
): Comparison {
  return { key: bytes(key), of, is, to };
}

function valued(key: string, is: Relation, to: string): Comparison {
  return { key: bytes(key), of: 'value', is, to: bytes(to) };
}

describe('transact', () => {
  let cache: FixedCache;
  /** At revision 10, where `a` holds "abc", `n` holds "41", and `b` and `c` are absent. */
  let store: Store;

  const apply = (parts: Partial<TransactCommand>) => {
    const command = transaction(parts);
    return store.apply(command, cache.slotsOf(command));
  };
  const entryOf = (key: string) => {
    const kept = cache.find(key)?.entry;
    return kept && fromCachedEntry(kept);
  };
  const passes = (...comparisons: readonly Comparison[]) => {
    const reply = apply({ if: comparisons });
    return reply.type === 'transact' ? reply.passed : expect.fail('refused');
  };

  beforeEach(() => {
    const entries = { a: entry('abc', [3, 5, 2]), n: entry('41', [9, 9, 1]) };
    cache = new FixedCache({ ...entries, b: undefined, c: undefined });
    store = new Store(10, cache);
  });

  it('does the operations of the branch that its comparisons choose, and no other', () => {
    const branches = {
      then: [put('b', 'then')],
      else: [put('b', 'else')],
    };
    const passing = [counted('a', 'modRevision', ['=', 5])];
    expect(apply({ if: passing, ...branches })).to.deep.equal({
      ...{ type: 'transact', passed: true, revision: 11 },
      results: [{ type: 'put', revision: 11 }],
    });
    expect(text(entryOf('b')?.value)).to.equal('then');
    expect(apply({ if: [...passing, counted('a', 'version', ['=', 3])], ...branches })).to.include({
      passed: false,
      revision: 12,
    });
    expect(text(entryOf('b')?.value)).to.equal('else');
  });

  it('without comparisons passes', () => {
    expect(apply({})).to.deep.equal({ type: 'transact', passed: true, revision: 10, results: [] });
  });

  const numbers: readonly (readonly [CountProperty, number])[] = [
    ['createRevision', 3],
    ['modRevision', 5],
    ['version', 2],
  ];
  for (const [property, value] of numbers) {
    it(`compares the ${property} with a number: below, equal and above`, () => {
      const holds = (is: Relation) =>
        [value - 1, value, value + 1].map((to) => passes(counted('a', property, [is, to])));
      expect(holds('=')).to.deep.equal([false, true, false]);
      expect(holds('!=')).to.deep.equal([true, false, true]);
      expect(holds('<')).to.deep.equal([false, false, true]);
      expect(holds('>')).to.deep.equal([true, false, false]);
    });

    it(`counts the ${property} of an absent key as 0`, () => {
      expect(passes(counted('b', property, ['=', 0]))).to.equal(true);
      expect(passes(counted('b', property, ['>', 0]))).to.equal(false);
      expect(passes(counted('a', property, ['=', 0]))).to.equal(false);
    });
  }

  it('compares values byte by byte, and none with that of an absent key', () => {
    const holds = (is: Relation) =>
      ['abb', 'abc', 'abcd', '\u00ff'].map((to) => passes(valued('a', is, to)));
    expect(holds('=')).to.deep.equal([false, true, false, false]);
    expect(holds('!=')).to.deep.equal([true, false, true, true]);
    expect(holds('<')).to.deep.equal([false, false, true, true]);
    expect(holds('>')).to.deep.equal([true, false, false, false]);
    for (const is of ['=', '!=', '<', '>'] as const) {
      expect(passes(valued('b', is, '')), is).to.equal(false);
    }
  });

  it('has one revision for all its writes, and each operation sees those before it', () => {
    const operations = [put('b', 'x'), append('b', 'y'), get('b'), remove('a'), get('a')];
    expect(apply({ then: [...operations, increment('n')] })).to.deep.equal({
      ...{ type: 'transact', passed: true, revision: 11 },
      results: [
        { type: 'put', revision: 11 },
        { type: 'append', revision: 11, length: 2 },
        { type: 'get', entry: entry('xy', [11, 11, 1]) },
        { type: 'delete', revision: 11, deleted: true },
        { type: 'get', entry: undefined },
        { type: 'increment', revision: 11, value: 42n },
      ],
    });
    expect(store.revision).to.equal(11);
    expect(entryOf('b')).to.deep.equal(entry('xy', [11, 11, 1]));
    expect(entryOf('n')).to.deep.equal(entry('42', [9, 11, 2]));
    expect(entryOf('a')).to.equal(undefined);
  });

  it('creates a key anew that it has deleted before', () => {
    apply({ then: [remove('a'), put('a', 'new')] });
    expect(entryOf('a')).to.deep.equal(entry('new', [11, 11, 1]));
  });

  it('takes no revision if it writes nothing', () => {
    const reply = apply({ then: [get('a'), remove('b')] });
    expect(reply).to.include({ revision: 10 });
    expect(store.revision).to.equal(10);
    expect([...cache.changed]).to.deep.equal([]);
  });

  it('compares in an inner transaction what the operations before it have written', () => {
    const inner = transaction({
      if: [valued('b', '=', 'x')],
      then: [put('c', 'inner')],
    });
    const reply = apply({ then: [put('b', 'x'), inner] });
    expect(reply).to.deep.equal({
      ...{ type: 'transact', passed: true, revision: 11 },
      results: [
        { type: 'put', revision: 11 },
        { type: 'transact', passed: true, revision: 11, results: [{ type: 'put', revision: 11 }] },
      ],
    });
    expect(entryOf('c')).to.deep.equal(entry('inner', [11, 11, 1]));
  });

  const refused: readonly (readonly [string, Operation, string])[] = [
    ['an increment of what is no counter', increment('a'), 'notACounter'],
    ['an increment beyond 64 bits', increment('n', 2n ** 63n - 1n), 'counterOverflow'],
    ['an append over the limit', append('a', 'x'.repeat(valueBytesMax)), 'tooLarge'],
  ];
  for (const [what, operation, reason] of refused) {
    it(`has no effect at all if one of its operations is refused: ${what}`, () => {
      for (const last of [operation, transaction({ then: [operation] })]) {
        const reply = apply({ then: [put('b', 'x'), last] });
        expect(reply).to.deep.equal({ type: 'refused', reason });
      }
      expect([store.revision, entryOf('b')]).to.deep.equal([10, undefined]);
    });
  }

  it('reads up to its limit of bytes, and is refused with one more', () => {
    const most = valueBytesMax + 16 * 1024;
    for (const [extra, type] of [
      [0, 'transact'],
      [1, 'refused'],
    ] as const) {
      const large = { ...entry('', [1, 1, 1]), value: new Uint8Array(most / 2) };
      const larger = { ...large, value: new Uint8Array(most / 2 + extra) };
      cache = new FixedCache({ a: large, b: larger });
      expect(apply({ then: [get('a'), get('b')] })).to.include({ type });
    }
  });

  it('compares a value that is kept as bytes like one that is kept as text', () => {
    const long = (last: string) => `${'x'.repeat(textBytesMax)}${last}`;
    cache = new FixedCache({ a: entry(long('m'), [1, 1, 1]) });
    expect(cache.find('a')?.entry?.value).to.be.instanceOf(Uint8Array);
    const holds = (is: Relation) =>
      ['', long('l'), long('m'), long('mm'), 'y'].map((to) => passes(valued('a', is, to)));
    expect(holds('=')).to.deep.equal([false, false, true, false, false]);
    expect(holds('<')).to.deep.equal([false, false, false, true, true]);
    expect(holds('>')).to.deep.equal([true, true, false, false, false]);
  });

  it('has no results if the transactions of its instance read too much, but takes effect', () => {
    const most = 8 * 1024 * 1024;
    const large = { ...entry('', [1, 1, 1]), value: new Uint8Array(valueBytesMax) };
    const small = { ...large, value: new Uint8Array(1) };
    cache = new FixedCache({ large, small, n: entry('0', [1, 1, 1]) });
    const read = (key: string) => {
      const reply = apply({ then: [get(key), increment('n')] });
      return reply.type === 'transact' ? reply.results !== null : expect.fail('refused');
    };
    store.beginInstance(1, undefined);
    const isWhole = Array.from({ length: most / valueBytesMax }, () => read('large'));
    expect(new Set(isWhole)).to.deep.equal(new Set([true]));
    expect([read('small'), read('large')]).to.deep.equal([false, false]);
    store.beginInstance(1, undefined);
    expect(read('small')).to.equal(true);
    expect(text(entryOf('n')?.value)).to.equal(`${most / valueBytesMax + 3}`);
  });

  it('does not change what an earlier reply holds', () => {
    const before = apply({ then: [get('a')] });
    apply({ then: [append('a', 'de')] });
    expect(before).to.deep.include({ results: [{ type: 'get', entry: entry('abc', [3, 5, 2]) }] });
  });
});
