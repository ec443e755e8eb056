/**
 * A history of some keys in a store whose other keys are written too. The checker counts every revision, so those that
 * belong to other keys are left out, and the others are numbered anew.
 *
 * A revision of these keys is known if an answer shows it. One that no answer shows would be missing, so it must have no
 * visible effect: every transaction that writes must compare the revision of each key that it writes, and leave a value
 * in at least one key, and the history must end with a read of all keys. `withHiddenWrites` comes first if ranges are
 * deleted, since then other writes have a visible effect as well.
 */
import { type Answer, type Compare, hasChanged, type Transaction } from './transaction.ts';

export function withOwnRevisions(transactions: readonly Transaction[]): Transaction[] {
  const known = revisionsIn(transactions);
  /** How many of the revisions that are known are not above this one. */
  const toOwn = (revision: number): number => {
    let [low, high] = [0, known.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((known[middle] ?? 0) <= revision) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  return transactions.map((one) => ({
    ...one,
    compares: one.compares.map((compare) => ownCompare(compare, toOwn)),
    fate:
      one.fate.name === 'open'
        ? one.fate
        : { ...one.fate, answer: ownAnswer(one.fate.answer, toOwn) },
  }));
}

/** In ascending order. */
function revisionsIn(transactions: readonly Transaction[]): number[] {
  const known = new Set<number>();
  for (const one of transactions) {
    if (one.fate.name === 'open') continue;
    const { revision, entries = [] } = one.fate.answer;
    if (hasChanged(one) === true && revision !== undefined) known.add(revision);
    for (const entry of entries) if (entry.revision !== undefined) known.add(entry.revision);
  }
  return [...known].sort((a, b) => a - b);
}

type ToOwn = (revision: number) => number;

function ownCompare(compare: Compare, toOwn: ToOwn): Compare {
  return 'revision' in compare ? { ...compare, revision: toOwn(compare.revision) } : compare;
}

function ownAnswer(answer: Answer, toOwn: ToOwn): Answer {
  const { revision, entries } = answer;
  return {
    ...answer,
    ...(revision === undefined ? {} : { revision: toOwn(revision) }),
    ...(entries === undefined
      ? {}
      : {
          entries: entries.map(({ revision: shown, ...entry }) =>
            shown === undefined ? entry : { ...entry, revision: toOwn(shown) },
          ),
        }),
  };
}
