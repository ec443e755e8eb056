/** How much memory many acts leave behind. */
import { expect } from 'chai';

/** A leak is at least a place in a table for each act. */
export const leakBytesMin = 50;

const stretchCount = 3;
/** Acts in one turn of the event loop. Promises that are settled go between two turns. */
const actsPerTurn = 500;

/**
 * The bytes of the heap that each of `count` acts leaves behind. It is the least of several stretches: what is kept
 * grows in each of them, while code that is compiled meanwhile takes memory once.
 */
export async function bytesKeptByEach(
  act: (index: number) => void,
  count = 10_000,
): Promise<number> {
  const length = Math.ceil(count / stretchCount);
  let least = Number.POSITIVE_INFINITY;
  let before = heapBytes();
  for (let stretch = 0; stretch < stretchCount; stretch += 1) {
    for (let index = stretch * length; index < (stretch + 1) * length; index += 1) {
      act(index);
      if (index % actsPerTurn === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    await new Promise((resolve) => setImmediate(resolve));
    const after = heapBytes();
    // In the first one, tables get their first size.
    if (stretch > 0) least = Math.min(least, (after - before) / length);
    before = after;
  }
  return least;
}

function heapBytes(): number {
  const { gc = expect.fail('run with --expose-gc') } = globalThis;
  gc();
  return process.memoryUsage().heapUsed;
}
