/**
 * The smallest part of a violated history that is still violated, so that people need not read more:
 * its events up to the first answer that nothing explains, and of its gets only those that matter.
 */
import type { Operation } from '../history/operation.ts';
import { findOrder } from './search.ts';

/** Each look at a part may cost so much; what takes longer is kept as it is. */
const budget = { stepCountMax: 200_000 };
const lookCountMax = 500;

export interface Violation {
  /** The operation with which it shows: without its answer there is an order. */
  readonly culprit: Operation | undefined;
  /** The part, by calls. Answers heard later are left out of it, as if operations were still open. */
  readonly operations: readonly Operation[];
  /** The longest order found in it, behind which nothing fits. */
  readonly order: readonly Operation[];
}

/** `operations` are those of one key, and violated. */
export function toShortestViolation(operations: readonly Operation[]): Violation {
  const ends = operations
    .map(endOf)
    .filter(Number.isFinite)
    .sort((a, b) => a - b);
  let [low, high] = [0, ends.length - 1];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (isViolated(cut(operations, ends[middle] ?? 0))) high = middle;
    else low = middle + 1;
  }
  const until = ends[high] ?? Number.POSITIVE_INFINITY;
  const culprit = operations.find((operation) => endOf(operation) === until);
  const part = withoutIdleGets(cut(operations, until), until);
  return { culprit, operations: part, order: findOrder(part, budget).order };
}

/** The history as it was known just after the event at position `until`. */
function cut(operations: readonly Operation[], until: number): Operation[] {
  return operations
    .filter(({ position }) => position < until)
    .map((operation) =>
      operation.fate.name === 'ok' && operation.fate.position > until
        ? { ...operation, fate: { name: 'open' } }
        : operation,
    );
}

/** Leaving out a get never makes a violation, so what stays violated was so before. */
function withoutIdleGets(operations: readonly Operation[], until: number): Operation[] {
  let kept = operations
    .filter(({ name, fate }) => name !== 'get' || fate.name === 'ok')
    .toSorted((a, b) => a.position - b.position);
  const isGet = (operation: Operation) => operation.name === 'get' && endOf(operation) !== until;
  let lookCount = 0;
  for (let size = kept.filter(isGet).length; size >= 1; size = Math.floor(size / 2)) {
    for (let start = 0; start < kept.filter(isGet).length && lookCount < lookCountMax; ) {
      const dropped = new Set(kept.filter(isGet).slice(start, start + size));
      const fewer = kept.filter((operation) => !dropped.has(operation));
      lookCount += 1;
      if (isViolated(fewer)) kept = fewer;
      else start += size;
    }
  }
  return kept;
}

function isViolated(operations: readonly Operation[]): boolean {
  return findOrder(operations, budget).verdict === 'violated';
}

function endOf({ fate }: Operation): number {
  return fate.name === 'ok' ? fate.position : Number.POSITIVE_INFINITY;
}
