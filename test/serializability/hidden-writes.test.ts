import { SeededRandom } from '@paxkv/simulator';
import { expect } from 'chai';
import { isSerializable } from './brute-force.ts';
import { checkTransactions } from './checker.ts';
import { withHiddenWrites } from './hidden-writes.ts';
import { covers, initialState, type State, step, write } from './model.ts';
import { withOwnRevisions } from './own-revisions.ts';
import { type Begun, TransactionRecorder } from './recorder.ts';
import type { Entry, KeyRange, Transaction } from './transaction.ts';

const all: KeyRange = { from: 'a', to: 'z' };
const both = [{ key: 'a' }, { key: 'b' }];

function verdictOn(transactions: readonly Transaction[]): string {
  const placed = withHiddenWrites(transactions);
  return placed === undefined ? 'unplaced' : checkTransactions(withOwnRevisions(placed)).name;
}

describe('A history in which ranges are deleted', () => {
  let recorder: TransactionRecorder;
  const entry = (key: string, revision: number): Entry => ({
    key,
    value: `<${revision}>`,
    revision,
  });
  const verdict = () => verdictOn(recorder.transactions);
  const read = (revision: number, ...entries: readonly Entry[]) =>
    recorder.begin({ compares: [], writes: [], reads: [all] }).done({ revision, entries });
  const remove = (range = all): Begun =>
    recorder.begin({ compares: [], writes: [{ name: 'deleteRange', ...range }], reads: [] });
  /** Puts both keys, on condition that they are as they were written at `before`. */
  const put = (revision: number, before = 0): Begun =>
    recorder.begin({
      compares: both.map(({ key }) => ({ key, revision: before })),
      writes: both.map(({ key }) => ({ name: 'put', key, value: `<${revision}>` })),
      reads: [],
    });

  beforeEach(() => {
    recorder = new TransactionRecorder();
    put(7).done({ succeeded: true, revision: 7 });
  });

  it('is judged with a deletion of unknown outcome, whether or not it took effect', () => {
    remove();
    read(9, entry('a', 7), entry('b', 7));
    expect(verdict()).to.equal('serializable');
    read(12);
    expect(verdict()).to.equal('serializable');
  });

  it('is violated if keys vanish that nobody deleted', () => {
    remove({ from: 'a', to: 'b' });
    read(12);
    expect(verdict()).to.equal('violated');
  });

  it('is violated if a deletion takes effect before it was called', () => {
    read(12);
    remove();
    read(13);
    expect(verdict()).to.equal('violated');
  });

  it('is violated if there is no revision at which the deletion took effect', () => {
    remove();
    read(7);
    expect(verdict()).to.equal('violated');
  });

  it('is violated if a deletion took effect twice', () => {
    remove();
    read(9);
    put(11).done({ succeeded: true, revision: 11 });
    read(13);
    expect(verdict()).to.equal('violated');
  });

  it('is violated if a page shows two moments, before and after a deletion', () => {
    remove();
    read(12, entry('b', 7));
    expect(verdict()).to.equal('violated');
  });

  it('is judged though a deletion hides a transaction of unknown outcome', () => {
    remove().done({ revision: 9, deleted: 2 });
    put(0);
    remove().done({ revision: 13, deleted: 2 });
    read(13);
    expect(verdict()).to.equal('serializable');
    remove().done({ revision: 15, deleted: 2 });
    expect(verdict()).to.equal('violated');
  });

  it('is violated if a count is that of no moment', () => {
    remove().done({ revision: 9, deleted: 2 });
    const count = () => recorder.begin({ compares: [], writes: [], reads: [all] });
    count().done({ revision: 9, count: 0 });
    expect(verdict()).to.equal('serializable');
    count().done({ revision: 9, count: 1 });
    expect(verdict()).to.equal('violated');
  });

  it('needs as many places as its budget allows', () => {
    remove();
    read(12);
    expect(withHiddenWrites(recorder.transactions, { stepCountMax: 1 })).to.equal(undefined);
  });

  it('is never violated if some order explains it, and often is if none does', () => {
    const counts = { refused: 0, violated: 0 };
    for (let seed = 0; seed < 4000; seed += 1) {
      const random = new SeededRandom(seed);
      const drawn = randomHistory(random);
      const transactions = random.chance(0.5) ? drawn : withSpoiledAnswer(drawn, random);
      const found = verdictOn(transactions);
      if (isSerializable(transactions)) expect(found, `seed ${seed}`).to.equal('serializable');
      else counts.violated += 1;
      if (found === 'violated') counts.refused += 1;
    }
    expect(counts.violated).to.be.above(500);
    expect(counts.refused).to.be.above(counts.violated / 2);
  });
});

/** Some transactions, deletions and pages, one after another or at the same time; at the end all keys are read. */
function randomHistory(random: SeededRandom): Transaction[] {
  const count = 5;
  const calls = Array.from({ length: count }, (_, id) => ({ id, call: id + 2 * random.next() }));
  const transactions: Transaction[] = [];
  const states: State[] = [initialState];
  let state = initialState;
  for (const { id, call } of calls) {
    const seen = random.chance(0.7) ? state : random.pick(states);
    const asked = draw(random, id, seen);
    const isOpen = random.chance(0.4);
    const isDone = !isOpen || random.chance(0.5);
    const open: Transaction = { ...asked, id, position: call, fate: { name: 'open' } };
    const next = isDone ? (step(state, open) ?? state) : state;
    const answer = answerIn({ state, next }, asked);
    const position = Math.max(call, id + 2) + random.next();
    transactions.push(isOpen ? open : { ...open, fate: { name: 'ok', position, answer } });
    state = next;
    states.push(state);
  }
  const last = { compares: [], writes: [], reads: [all] };
  const answer = answerIn({ state, next: state }, last);
  return [
    ...transactions,
    { ...last, id: count, position: 90, fate: { name: 'ok', position: 91, answer } },
  ];
}

type Asked = Pick<Transaction, 'compares' | 'writes' | 'reads'>;

function draw(random: SeededRandom, id: number, { entries }: State): Asked {
  const range = random.pick([all, { from: 'a', to: 'b' }, { from: 'b', to: 'c' }]);
  const kind = random.next();
  if (kind < 0.25) return { compares: [], writes: [], reads: [range] };
  if (kind < 0.5) return { compares: [], writes: [{ name: 'deleteRange', ...range }], reads: [] };
  const keys = random.pick([['a'], ['b'], ['a', 'b']]);
  const compares = keys.map((key) => ({ key, revision: entries.get(key)?.revision ?? 0 }));
  const name = random.pick(['put', 'append'] as const);
  const writes = keys.map((key) => ({ name, key, value: `<${id}>` }));
  return { compares, writes, reads: [all] };
}

function answerIn(
  { state, next }: { state: State; next: State },
  { compares, writes, reads }: Asked,
) {
  const succeeded = compares.every(
    ({ key, ...compare }) =>
      'revision' in compare && (state.entries.get(key)?.revision ?? 0) === compare.revision,
  );
  const deleted = succeeded ? write(state, writes).removed : 0;
  const present = [...state.entries].filter(([key]) => reads.some((one) => covers(one, key)));
  const entries = present.map(([key, { value, revision }]) => ({ key, value, revision }));
  const shown = reads.length > 0 ? { entries, count: entries.length } : {};
  return { succeeded, revision: next.revision, deleted, ...shown };
}

/** One answer has a key less, or another count of what was there or was deleted. */
function withSpoiledAnswer(transactions: readonly Transaction[], random: SeededRandom) {
  const victim = random.pick(transactions.filter(({ fate }) => fate.name === 'ok'));
  return transactions.map((one): Transaction => {
    if (one !== victim || one.fate.name === 'open') return one;
    const { entries = [], count: _, deleted = 0, ...answer } = one.fate.answer;
    const spoiled = random.pick([
      { ...answer, entries: entries.slice(1), deleted },
      { ...answer, deleted: deleted + 1 },
      { ...answer, deleted, count: entries.length + 1 },
    ]);
    return { ...one, fate: { ...one.fate, answer: spoiled } };
  });
}
