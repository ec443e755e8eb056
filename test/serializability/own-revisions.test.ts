import { expect } from 'chai';
import { checkTransactions } from './checker.ts';
import { withOwnRevisions } from './own-revisions.ts';
import { TransactionRecorder } from './recorder.ts';
import type { Entry } from './transaction.ts';

describe('A history of some keys of a store', () => {
  let recorder: TransactionRecorder;
  const reads = [{ key: 'a' }, { key: 'b' }];
  const entry = (key: string, value: string, revision: number): Entry => ({ key, value, revision });
  const put = (key: string, value: string) => ({ name: 'put', key, value }) as const;

  const verdict = () => checkTransactions(withOwnRevisions(recorder.transactions)).name;
  const read = (revision: number, ...entries: readonly Entry[]) =>
    recorder
      .begin({ compares: [], writes: [], reads })
      .done({ succeeded: true, revision, entries });
  /** Writes both keys, on condition that the first has this revision. */
  const write = (value: string, revision: number) =>
    recorder.begin({
      compares: [
        { key: 'a', revision },
        { key: 'b', revision },
      ],
      writes: [put('a', value), put('b', value)],
      reads,
    });

  beforeEach(() => {
    recorder = new TransactionRecorder();
  });

  it('is judged although other keys were written in between', () => {
    write('x', 0).done({ succeeded: true, revision: 7, entries: [] });
    read(9, entry('a', 'x', 7), entry('b', 'x', 7));
    const both = [entry('a', 'x', 7), entry('b', 'x', 7)];
    write('y', 7).done({ succeeded: true, revision: 12, entries: both });
    read(30, entry('a', 'y', 12), entry('b', 'y', 12));
    expect(verdict()).to.equal('serializable');
  });

  it('is violated if half of a transaction took effect', () => {
    write('x', 0).done({ succeeded: true, revision: 7, entries: [] });
    read(9, entry('a', 'x', 7));
    expect(verdict()).to.equal('violated');
  });

  it('is violated if a transaction took effect that failed for sure', () => {
    write('x', 0).failed();
    read(9, entry('a', 'x', 7), entry('b', 'x', 7));
    expect(verdict()).to.equal('violated');
  });

  it('is violated if two transactions relied on the same revision', () => {
    write('x', 0).done({ succeeded: true, revision: 7, entries: [] });
    write('y', 0).done({ succeeded: true, revision: 8, entries: [] });
    expect(verdict()).to.equal('violated');
  });

  it('is violated if a read goes back in time', () => {
    write('x', 0).done({ succeeded: true, revision: 7, entries: [] });
    read(6);
    expect(verdict()).to.equal('violated');
  });

  it('leaves open whether a transaction of unknown outcome took effect, until an answer shows it', () => {
    write('x', 0);
    read(5);
    expect(verdict()).to.equal('serializable');
    read(9, entry('a', 'x', 7), entry('b', 'x', 7));
    expect(verdict()).to.equal('serializable');
    read(9, entry('a', 'x', 7));
    expect(verdict()).to.equal('violated');
  });
});
