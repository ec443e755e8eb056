/**
 * A second checker for histories of a few transactions, as simple as possible: it tries every order of every
 * subset of the open ones. It shares no code with the checker.
 */
import type { Transaction } from './transaction.ts';

interface Store {
  readonly revision: number;
  readonly rows: Readonly<Record<string, { readonly value: string; readonly revision: number }>>;
}

/** Practical for up to six transactions. */
export function isSerializable(transactions: readonly Transaction[]): boolean {
  return hasOrder({ revision: 0, rows: {} }, transactions);
}

function hasOrder(store: Store, left: readonly Transaction[]): boolean {
  if (left.every(({ fate }) => fate.name === 'open')) return true;
  return left.some((one) => {
    const others = left.filter((other) => other !== one);
    const isLate = others.some(({ fate }) => fate.name === 'ok' && fate.position < one.position);
    const next = isLate ? undefined : run(store, one);
    return next !== undefined && hasOrder(next, others);
  });
}

/** The store afterwards, or `undefined` if the answer is not that of this store. */
function run(store: Store, { compares, writes, reads, fate }: Transaction): Store | undefined {
  const isMet = compares.every((compare) => {
    const row = store.rows[compare.key];
    if ('isPresent' in compare) return compare.isPresent ? row !== undefined : row === undefined;
    if ('revision' in compare) return compare.revision === (row === undefined ? 0 : row.revision);
    return compare.value === row?.value;
  });
  const rows = { ...store.rows };
  let hasWritten = false;
  let deleted = 0;
  for (const one of isMet ? writes : []) {
    if ('from' in one) {
      const doomed = Object.keys(rows).filter((key) => key >= one.from && key < one.to);
      for (const key of doomed) delete rows[key];
      deleted += doomed.length;
      hasWritten ||= doomed.length > 0;
      continue;
    }
    const { name, key, ...rest } = one;
    if (name === 'delete') {
      hasWritten ||= key in rows;
      delete rows[key];
      continue;
    }
    const text = 'value' in rest ? `${rest.value}` : '';
    const value = name === 'append' && rows[key] ? rows[key].value + text : text;
    rows[key] = { value, revision: store.revision + 1 };
    hasWritten = true;
  }
  const revision = store.revision + (hasWritten ? 1 : 0);
  if (fate.name === 'ok') {
    const { answer } = fate;
    if (answer.succeeded !== undefined && answer.succeeded !== isMet) return undefined;
    if (answer.revision !== undefined && answer.revision !== revision) return undefined;
    if (answer.deleted !== undefined && answer.deleted !== deleted) return undefined;
    const seen = Object.keys(store.rows).filter((key) =>
      reads.some((read) => ('key' in read ? read.key === key : read.from <= key && read.to > key)),
    );
    if (answer.count !== undefined && answer.count !== seen.length) return undefined;
    const entries = answer.entries ?? seen.map((key) => ({ key, value: store.rows[key]?.value }));
    const isSame = entries.every(
      (entry) =>
        entry.value === store.rows[entry.key]?.value &&
        (!('revision' in entry) || entry.revision === store.rows[entry.key]?.revision),
    );
    const names = entries.map(({ key }) => key).sort();
    if (!isSame || names.join('\n') !== seen.sort().join('\n')) return undefined;
  }
  return { revision, rows };
}
