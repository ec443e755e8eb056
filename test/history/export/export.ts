/** What the exporters share: an outside judge gets whole keys or nothing of them, and is told which. */
import type { Operation } from '../operation.ts';

/** A key that a format cannot carry. The others can be judged without it. */
export interface LeftOut {
  readonly key: string;
  readonly reason: string;
}

/** A line of an operation, at the position of the event it stands for. */
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
