/** Random histories of transactions, of a store that is strictly serializable by construction. */
import { SeededRandom } from '@paxkv/simulator';
import { covers, initialState, type State, step, write } from './model.ts';
import type { Answer, Compare, Selection, Transaction, Write } from './transaction.ts';

export interface TransactionShape {
  readonly count: number;
  readonly keyCount: number;
  /** How many calls are under way at the same time, about. */
  readonly concurrency: number;
  /** Share of transactions whose outcome stays unknown, from 0 to 1. */
  readonly openShare: number;
  /** Whether answers have revisions. */
  readonly hasRevisions: boolean;
}

/** The same seed and shape give the same history. */
export function randomTransactions(seed: string | number, shape: TransactionShape): Transaction[] {
  const random = new SeededRandom(seed);
  const plans = Array.from({ length: shape.count }, (_, id) => {
    const call = id + random.next();
    const effect = call + random.between(0, shape.concurrency);
    return { id, call, effect, end: effect + random.between(0, shape.concurrency) };
  });
  const times = plans.flatMap(({ call, end }) => [call, end]).sort((a, b) => a - b);
  const places = new Map(times.map((time, place) => [time, place]));
  let state = initialState;
  const transactions: Transaction[] = [];
  for (const { id, call, effect: _, end } of plans.sort((a, b) => a.effect - b.effect)) {
    const asked = ask(random, shape, id);
    const made = { id, position: places.get(call) ?? 0, ...asked };
    const isOpen = random.chance(shape.openShare);
    const next = step(state, { ...made, fate: { name: 'open' } }) ?? state;
    const answer = toAnswer({ state, next }, asked, shape.hasRevisions);
    transactions.push({
      ...made,
      fate: isOpen ? { name: 'open' } : { name: 'ok', position: places.get(end) ?? 0, answer },
    });
    if (!isOpen || random.chance(0.5)) state = next;
  }
  return transactions.sort((a, b) => a.position - b.position);
}

type Asked = Pick<Transaction, 'compares' | 'writes' | 'reads'>;

function ask(random: SeededRandom, { keyCount }: TransactionShape, id: number): Asked {
  const key = () => `k${random.integer(1, keyCount)}`;
  const some = <T>(make: () => T, countMax: number) =>
    Array.from({ length: random.integer(1, countMax) }, make);
  const range = () => ({ from: key(), to: `k${random.integer(1, 9)}~` });
  const drawWrite = (): Write => {
    const name = random.pick(['put', 'put', 'append', 'delete', 'deleteRange'] as const);
    if (name === 'deleteRange') return { name, ...range() };
    return name === 'delete' ? { name, key: key() } : { name, key: key(), value: `<${id}>` };
  };
  const select = (): Selection => (random.chance(0.5) ? { key: key() } : range());
  const compare = (): Compare =>
    random.pick<Compare>([
      { key: key(), isPresent: random.chance(0.5) },
      { key: key(), value: undefined },
      { key: key(), revision: random.integer(0, 2) },
    ]);
  const draw = random.next();
  if (draw < 0.4) return { compares: [], writes: [], reads: some(select, 3) };
  if (draw < 0.6) return { compares: [], writes: some(drawWrite, 2), reads: [] };
  return { compares: some(compare, 2), writes: some(drawWrite, 2), reads: some(select, 2) };
}

function toAnswer(
  { state, next }: { state: State; next: State },
  { compares, writes, reads }: Asked,
  hasRevisions: boolean,
): Answer {
  const met = step(state, {
    id: 0,
    position: 0,
    compares,
    writes: [],
    reads: [],
    fate: { name: 'ok', position: 0, answer: { succeeded: true } },
  });
  const entries = [...state.entries]
    .filter(([key]) => reads.some((selection) => covers(selection, key)))
    .map(([key, { value, revision }]) => ({ key, value, ...(hasRevisions ? { revision } : {}) }));
  const revision = hasRevisions ? { revision: next.revision } : {};
  const deleted = met === undefined ? 0 : write(state, writes).removed;
  return { succeeded: met !== undefined, entries, count: entries.length, deleted, ...revision };
}

/** A change of one answer: most of them violate the history, and the result does not say which. */
export function withSpoiledAnswer(
  transactions: readonly Transaction[],
  random: SeededRandom,
): Transaction[] {
  const answered = transactions.filter(({ fate }) => fate.name === 'ok');
  if (answered.length === 0) return [...transactions];
  const victim = random.pick(answered);
  return transactions.map((one) => {
    if (one !== victim || one.fate.name !== 'ok') return one;
    return { ...one, fate: { ...one.fate, answer: spoil(one.fate.answer, random) } };
  });
}

function spoil(answer: Answer, random: SeededRandom): Answer {
  const { revision, entries = [], succeeded = true, ...rest } = answer;
  const known = revision === undefined ? {} : { revision };
  switch (random.integer(1, 6)) {
    case 1:
      return { ...rest, ...known, entries, succeeded: !succeeded };
    case 2:
      return { ...rest, entries, succeeded, revision: (revision ?? 1) + random.pick([-1, 1]) };
    case 3:
      return { ...rest, ...known, succeeded, entries: entries.slice(1) };
    case 4:
      return { ...rest, ...known, succeeded, entries, count: (rest.count ?? 0) + 1 };
    case 5:
      return { ...rest, ...known, succeeded, entries, deleted: (rest.deleted ?? 0) + 1 };
    default:
      return { ...rest, succeeded, entries };
  }
}
