/**
 * Adds to a counter, which is stored as decimal text. A value that is no counter stays as it is, and so does
 * a counter that the sum would take beyond 64 bits.
 */
import type { EffectOf } from './effect.ts';

export const increment: EffectOf<'increment'> = {
  apply({ by }, place, changes) {
    const before = place.entry === undefined ? 0n : toCounter(place.entry.text);
    if (before === undefined) return { type: 'refused', reason: 'notACounter' };
    const value = before + by;
    if (!isCounter(value)) return { type: 'refused', reason: 'counterOverflow' };
    return { type: 'increment', revision: changes.write(place, String(value)), value };
  },
};

/** The counter in a value. It has one form: no leading zeros, no plus, no spaces. */
function toCounter(text: string): bigint | undefined {
  if (!/^-?[0-9]{1,19}$/.test(text)) return undefined;
  const counter = BigInt(text);
  return String(counter) === text && isCounter(counter) ? counter : undefined;
}

/** Whether it is a whole number of 64 bits with a sign. */
function isCounter(number: bigint): boolean {
  return BigInt.asIntN(64, number) === number;
}
