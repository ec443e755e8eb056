/**
 * Adds to a counter, which is stored as decimal text. If the value is no counter, or if the sum does not fit
 * into 64 bits, the value stays unchanged.
 */
import type { CachedValue } from '../cached-value.ts';
import type { EffectOf } from './effect.ts';

export const increment: EffectOf<'increment'> = {
  apply({ by }, slot, changes) {
    const before = slot.entry === undefined ? 0n : toCounter(slot.entry.value);
    if (before === undefined) return { type: 'refused', reason: 'notACounter' };
    const value = before + by;
    if (!isCounter(value)) return { type: 'refused', reason: 'counterOverflow' };
    return {
      type: 'increment',
      revision: changes.write(slot, String(value), slot.entry?.lease),
      value,
    };
  },
};

/** The counter in a value. It must be in canonical form: no leading zeros, no plus, no spaces. */
function toCounter(text: CachedValue): bigint | undefined {
  if (typeof text !== 'string' || !/^-?[0-9]{1,19}$/.test(text)) return undefined;
  const counter = BigInt(text);
  return String(counter) === text && isCounter(counter) ? counter : undefined;
}

/** Whether `number` fits into 64 bits with a sign. */
function isCounter(number: bigint): boolean {
  return BigInt.asIntN(64, number) === number;
}
