/**
 * Shared code of the exporters: an external checker gets complete keys only, and the omitted keys are
 * reported.
 */
import type { Operation } from '../operation.ts';

/** A key that the format cannot represent. The other keys can still be checked. */
export interface LeftOut {
  readonly key: string;
  readonly reason: string;
}

/** A line of an operation, at the position of its event. */
export interface Placed {
  readonly position: number;
  readonly line: string;
}

/** The operations of each key, in the order of the keys' first operations. */
export function byKey(operations: readonly Operation[]): Map<string, Operation[]> {
  const keys = new Map<string, Operation[]>();
  for (const operation of operations) {
    const ofKey = keys.get(operation.key) ?? [];
    ofKey.push(operation);
    keys.set(operation.key, ofKey);
  }
  return keys;
}

/** The lines as text, in the order of real time. */
export function toText(placed: readonly Placed[]): string {
  return placed
    .toSorted((a, b) => a.position - b.position)
    .map(({ line }) => `${line}\n`)
    .join('');
}
