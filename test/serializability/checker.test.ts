/** Hand-made histories of several keys, for which it is easy to see whether they are serializable. */
import { expect } from 'chai';
import { isSerializable } from './brute-force.ts';
import { checkTransactions } from './checker.ts';
import type { Answer, Compare, Selection, Transaction, Write } from './transaction.ts';

interface Drawn {
  /** Times of the call and of the end; without an end the outcome is unknown. */
  readonly at: readonly [number, number?];
  readonly if?: readonly Compare[];
  readonly write?: readonly Write[];
  readonly read?: readonly Selection[];
  readonly answer?: Answer;
}

function history(...drawn: readonly Drawn[]): Transaction[] {
  return drawn.map(({ at: [call, end], answer = {}, ...asked }, id) => ({
    id,
    position: call,
    compares: asked.if ?? [],
    writes: asked.write ?? [],
    reads: asked.read ?? [],
    fate: end === undefined ? { name: 'open' } : { name: 'ok', position: end, answer },
  }));
}

/** The same history without its revisions, so that an order must be searched for. */
function withoutRevisions(transactions: readonly Transaction[]): Transaction[] {
  return transactions.map((one) => {
    if (one.fate.name === 'open') return one;
    const { revision: _, entries, ...answer } = one.fate.answer;
    const bare = entries?.map(({ key, value }) => ({ key, value }));
    return {
      ...one,
      fate: {
        ...one.fate,
        answer: { ...answer, ...(bare === undefined ? {} : { entries: bare }) },
      },
    };
  });
}

const put = (key: string, value: string): Write => ({ name: 'put', key, value });
const remove = (key: string): Write => ({ name: 'delete', key });
const both: readonly Selection[] = [{ key: 'x' }, { key: 'y' }];
const all: readonly Selection[] = [{ from: 'a', to: 'zz' }];
const x = (value: string, revision: number) => ({ key: 'x', value, revision });
const y = (value: string, revision: number) => ({ key: 'y', value, revision });

const fine: Readonly<Record<string, readonly Transaction[]>> = {
  'of nothing': history(),
  'where a read of two keys sees all of a transaction': history(
    { at: [0, 1], write: [put('x', '1'), put('y', '1')], answer: { revision: 1 } },
    { at: [2, 3], read: both, answer: { entries: [x('1', 1), y('1', 1)] } },
  ),
  'where a concurrent read sees none of it': history(
    { at: [0, 3], write: [put('x', '1'), put('y', '1')], answer: { revision: 1 } },
    { at: [1, 2], read: both, answer: { entries: [], revision: 0 } },
  ),
  'where one of two transactions loses the race': history(
    {
      at: [0, 3],
      if: [{ key: 'x', isPresent: false }],
      write: [put('x', '1')],
      answer: { succeeded: true, revision: 1 },
    },
    {
      at: [1, 2],
      if: [{ key: 'x', isPresent: false }],
      write: [put('x', '2')],
      answer: { succeeded: false, revision: 1 },
    },
  ),
  'where a range has every key that was put': history(
    { at: [0, 1], write: [put('x', '1')], answer: { revision: 1 } },
    { at: [2, 3], write: [put('y', '2')], answer: { revision: 2 } },
    { at: [4, 5], read: all, answer: { entries: [y('2', 2), x('1', 1)], revision: 2 } },
    {
      at: [6, 7],
      write: [remove('x')],
      if: [{ key: 'x', isPresent: true }],
      answer: { succeeded: true, revision: 3 },
    },
    { at: [8, 9], read: all, answer: { entries: [y('2', 2)], revision: 3 } },
  ),
  'where a write of unknown outcome is read, and shows by its revision': history(
    { at: [0], write: [put('x', '1')] },
    { at: [1, 2], read: both, answer: { entries: [] } },
    { at: [3, 4], read: both, answer: { entries: [x('1', 1)] } },
    { at: [5, 6], write: [put('y', '1')], answer: { revision: 2 } },
  ),
  'where a write of unknown outcome never took effect': history(
    { at: [0], write: [put('x', '1')] },
    { at: [1, 2], write: [put('y', '1')], answer: { revision: 1 } },
  ),
};

const wrong: Readonly<Record<string, readonly Transaction[]>> = {
  'write skew': history(
    {
      at: [0, 2],
      if: [{ key: 'x', isPresent: false }],
      write: [put('y', '1')],
      answer: { succeeded: true, revision: 1 },
    },
    {
      at: [1, 3],
      if: [{ key: 'y', isPresent: false }],
      write: [put('x', '1')],
      answer: { succeeded: true, revision: 2 },
    },
  ),
  'a lost update': history(
    { at: [0, 1], write: [put('x', '1')], answer: { revision: 1 } },
    {
      at: [2, 4],
      if: [{ key: 'x', value: '1' }],
      write: [put('x', '2')],
      answer: { succeeded: true, revision: 2 },
    },
    {
      at: [3, 5],
      if: [{ key: 'x', value: '1' }],
      write: [put('x', '3')],
      answer: { succeeded: true, revision: 3 },
    },
  ),
  'a lost update by revision': history(
    { at: [0, 1], write: [put('x', '1')], answer: { revision: 1 } },
    {
      at: [2, 4],
      if: [{ key: 'x', revision: 1 }],
      write: [put('x', '2')],
      answer: { succeeded: true, revision: 2 },
    },
    {
      at: [3, 5],
      if: [{ key: 'x', revision: 1 }],
      write: [put('x', '3')],
      answer: { succeeded: true, revision: 3 },
    },
  ),
  'a fractured read': history(
    { at: [0, 3], write: [put('x', '1'), put('y', '1')], answer: { revision: 1 } },
    { at: [1, 2], read: both, answer: { entries: [x('1', 1)] } },
  ),
  'a stale range': history(
    { at: [0, 1], write: [put('x', '1')], answer: { revision: 1 } },
    { at: [2, 3], write: [put('y', '1')], answer: { revision: 2 } },
    { at: [4, 5], read: all, answer: { entries: [x('1', 1)] } },
  ),
  'a phantom: a range with one of two keys, of which the other came first': history(
    { at: [0, 1], write: [put('x', '1')], answer: { revision: 1 } },
    { at: [2, 5], write: [put('y', '1')], answer: { revision: 2 } },
    { at: [3, 4], read: all, answer: { entries: [y('1', 2)] } },
  ),
  'a key that comes and goes between two ranges': history(
    { at: [0, 7], write: [put('x', '1')], answer: { revision: 1 } },
    { at: [1, 2], read: all, answer: { entries: [x('1', 1)] } },
    { at: [3, 4], read: all, answer: { entries: [] } },
  ),
  'two readers that see two writes in different orders': history(
    { at: [0, 7], write: [put('x', '1')], answer: { revision: 1 } },
    { at: [1, 8], write: [put('y', '1')], answer: { revision: 2 } },
    { at: [2, 5], read: both, answer: { entries: [x('1', 1)] } },
    { at: [3, 6], read: both, answer: { entries: [y('1', 2)] } },
  ),
  'an order that real time forbids': history(
    { at: [0, 1], write: [put('x', '1')], answer: { revision: 2 } },
    { at: [2, 3], write: [put('x', '2')], answer: { revision: 1 } },
    { at: [4, 5], read: both, answer: { entries: [x('1', 2)] } },
  ),
  'a read of what is written after it': history(
    { at: [0, 1], read: both, answer: { entries: [x('1', 1)] } },
    { at: [2, 3], write: [put('x', '1')], answer: { revision: 1 } },
  ),
  'a lost write': history(
    { at: [0, 1], write: [put('x', '1')], answer: { revision: 1 } },
    { at: [2, 3], read: both, answer: { entries: [], revision: 0 } },
  ),
  'a value from nowhere': history({ at: [0, 1], read: both, answer: { entries: [x('1', 1)] } }),
  'an effect of a transaction whose comparison failed': history(
    {
      at: [0, 1],
      if: [{ key: 'y', isPresent: true }],
      write: [put('x', '1')],
      answer: { succeeded: false },
    },
    { at: [2, 3], read: both, answer: { entries: [x('1', 1)] } },
  ),
  'half of a transaction of unknown outcome': history(
    { at: [0], write: [put('x', '1'), put('y', '1')] },
    { at: [1, 2], read: both, answer: { entries: [y('1', 1)] } },
  ),
};

/** What only revisions show. */
const wrongByRevision: Readonly<Record<string, readonly Transaction[]>> = {
  'one revision for two transactions': history(
    { at: [0, 2], write: [put('x', '1')], answer: { revision: 1 } },
    { at: [1, 3], write: [put('y', '1')], answer: { revision: 1 } },
  ),
  'a revision that nothing made': history({
    at: [0, 1],
    write: [put('x', '1')],
    answer: { revision: 2 },
  }),
  'revisions against real time': history(
    { at: [0, 1], write: [put('x', '1')], answer: { revision: 2 } },
    { at: [2, 3], write: [put('y', '1')], answer: { revision: 1 } },
  ),
};

describe('the checker of transactions', () => {
  for (const [claim, transactions] of Object.entries(fine)) {
    it(`accepts a history ${claim}`, () => {
      expect(checkTransactions(transactions)).to.deep.equal({
        name: 'serializable',
        by: 'revisions',
      });
      expect(checkTransactions(withoutRevisions(transactions))).to.have.property(
        'name',
        'serializable',
      );
      expect(isSerializable(transactions)).to.equal(true);
    });
  }

  for (const [claim, transactions] of Object.entries(wrong)) {
    it(`refuses ${claim}, also if no revision is known`, () => {
      expect(checkTransactions(transactions)).to.have.property('name', 'violated');
      expect(checkTransactions(withoutRevisions(transactions))).to.have.property(
        'name',
        'violated',
      );
      expect(isSerializable(transactions)).to.equal(false);
    });
  }

  for (const [claim, transactions] of Object.entries(wrongByRevision)) {
    it(`refuses ${claim}`, () => {
      expect(checkTransactions(transactions)).to.have.property('name', 'violated');
      expect(checkTransactions(withoutRevisions(transactions))).to.have.property(
        'name',
        'serializable',
      );
      expect(isSerializable(transactions)).to.equal(false);
    });
  }

  it('names the transactions that show a violation', () => {
    const [skew, twice] = [
      wrong['write skew'],
      wrongByRevision['one revision for two transactions'],
    ];
    expect(checkTransactions(skew ?? [])).to.deep.equal({
      name: 'violated',
      explanation: '#1 does not fit at revision 2',
    });
    expect(checkTransactions(twice ?? [])).to.deep.equal({
      name: 'violated',
      explanation: '#0 and #1 made revision 1',
    });
  });

  it('returns unknown once its budget is spent', () => {
    const transactions = history(
      { at: [0, 2], write: [put('x', '1')] },
      { at: [1, 3], write: [put('x', '2')] },
    );
    expect(checkTransactions(transactions, { stepCountMax: 1 })).to.deep.equal({
      name: 'unknown',
      explanation: 'no verdict after 1 steps',
    });
  });
});
