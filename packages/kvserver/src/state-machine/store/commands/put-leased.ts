/** Sets the value of a key and attaches it to a lease. */
import { toCachedValue } from '../cached-value.ts';
import type { EffectOf } from './effect.ts';

export const putLeased: EffectOf<'putLeased'> = {
  apply({ value, lease }, slot, changes) {
    const refusal = changes.leases.attach(slot.name, lease);
    if (refusal !== undefined) return refusal;
    return { type: 'putLeased', revision: changes.write(slot, toCachedValue(value), lease) };
  },
};
