/** Replays an order of operations against a reference store, and checks it against real time. */
import type { Operation } from '../history/operation.ts';
import { TrueStore } from './true-store.ts';

/**
 * Describes what is wrong with `order` as an explanation of the answered ones of `operations`, or returns
 * `undefined`. Revisions are ignored, since they depend on other keys.
 */
export function findFlaw(
  operations: readonly Operation[],
  order: readonly Operation[],
): string | undefined {
  const store = new TrueStore();
  const left = new Set(operations);
  for (const operation of order) {
    const { id, position, fate } = operation;
    if (fate.name === 'failed') return `#${id} failed`;
    if (!left.delete(operation)) return `#${id} is there twice, or was never called`;
    const earlier = [...left].find((other) => endOf(other) < position);
    if (earlier !== undefined) return `#${earlier.id} ended before #${id} was called`;
    const truth = new Map<string, unknown>(Object.entries(perform(store, operation)));
    const details = fate.name === 'ok' ? Object.entries(fate.answer) : [];
    const wrong = details.find(
      ([field, value]) => truth.has(field) && field !== 'revision' && truth.get(field) !== value,
    );
    if (wrong !== undefined) return `#${id} got ${wrong[0]} ${wrong[1]}`;
  }
  const missing = [...left].find(({ fate }) => fate.name === 'ok');
  return missing && `#${missing.id} is missing`;
}

function perform(store: TrueStore, operation: Operation): object {
  const { name, key } = operation;
  if (name === 'put') return store.put(key, operation.value);
  if (name === 'increment') return store.increment(key, operation.by) ?? { value: undefined };
  return name === 'append' ? store.append(key, operation.value) : store[name](key);
}

function endOf({ fate }: Operation): number {
  return fate.name === 'ok' ? fate.position : Number.POSITIVE_INFINITY;
}
