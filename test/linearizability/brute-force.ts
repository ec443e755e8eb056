/**
 * A second checker for histories of a few operations, as simple as possible: it tests every order of every
 * subset of open operations, with every assignment of revisions, against the rules of the store. It shares
 * no code with the checker.
 */
import type { Operation } from '../history/operation.ts';

interface Store {
  readonly value: string | undefined;
  /** Revision of the last write to the key. */
  readonly keyRevision: number;
  /** The store's revision. Writes to other keys may raise it between any two operations. */
  readonly storeRevision: number;
}

/** Whether the operations of one key have a valid order. Practical for up to six operations. */
export function isExplainable(operations: readonly Operation[]): boolean {
  const revisionMax = Math.max(...operations.map(revisionOf)) + operations.length;
  const mayCount = operations.filter(({ fate }) => fate.name !== 'failed');
  return hasOrder({ value: undefined, keyRevision: 0, storeRevision: 0 }, mayCount);

  function hasOrder(store: Store, left: readonly Operation[]): boolean {
    if (left.every(({ fate }) => fate.name === 'open')) return true;
    return left.some((operation) => {
      const others = left.filter((other) => other !== operation);
      if (others.some((other) => endOf(other) < operation.position)) return false;
      return outcomes(store, operation).some((next) => hasOrder(next, others));
    });
  }

  /** Every possible effect of the operation that agrees with its answer. */
  function outcomes(store: Store, operation: Operation): Store[] {
    const { name, fate } = operation;
    const answer = fate.name === 'ok' ? fate.answer : {};
    const agrees = (field: string, truth: unknown) =>
      !(field in answer) || Object.entries(answer).some(([f, v]) => f === field && v === truth);
    if (name === 'get') {
      const isRevisionRight = store.value === undefined || agrees('revision', store.keyRevision);
      return agrees('value', store.value) && isRevisionRight ? [store] : [];
    }
    const isIdle = name === 'delete' && store.value === undefined;
    const value = valueAfter(store.value, operation);
    if (name === 'increment' && (value === undefined || !agrees('value', value))) return [];
    if (!agrees('deleted', !isIdle) || !agrees('length', new TextEncoder().encode(value).length)) {
      return [];
    }
    const lowest = store.storeRevision + (isIdle ? 0 : 1);
    return Array.from({ length: revisionMax + 1 - lowest }, (_, more) => lowest + more)
      .filter((revision) => agrees('revision', revision))
      .map((revision) => ({ value, keyRevision: revision, storeRevision: revision }));
  }
}

/** `undefined` after a delete, and for an increment that the store refuses. */
function valueAfter(before: string | undefined, operation: Operation): string | undefined {
  switch (operation.name) {
    case 'put':
      return operation.value;
    case 'append':
      return `${before ?? ''}${operation.value}`;
    case 'increment': {
      const counter = Number(before ?? '0');
      const isCounter = String(counter) === (before ?? '0') && Number.isSafeInteger(counter);
      return isCounter ? String(counter + operation.by) : undefined;
    }
    default:
      return undefined;
  }
}

function revisionOf({ fate }: Operation): number {
  return fate.name === 'ok' ? (fate.answer.revision ?? 0) : 0;
}

function endOf({ fate }: Operation): number {
  return fate.name === 'ok' ? fate.position : Number.POSITIVE_INFINITY;
}
