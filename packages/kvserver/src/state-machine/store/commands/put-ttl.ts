/** Sets the value of a key for a limited time. */
import { toCachedValue } from '../cached-value.ts';
import type { EffectOf } from './effect.ts';

export const putTtl: EffectOf<'putTtl'> = {
  apply({ value, ttlMs }, slot, changes) {
    const made = changes.leases.makeFor(slot.name, ttlMs);
    if ('reason' in made) return made;
    const { id: lease } = made;
    const revision = changes.write(slot, toCachedValue(value), lease);
    return { type: 'putTtl', revision, lease };
  },
};
