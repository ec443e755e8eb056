/** Sets the value of a key. */
import { toCachedValue } from '../cached-value.ts';
import type { EffectOf } from './effect.ts';

export const put: EffectOf<'put'> = {
  apply: ({ value }, slot, changes) => ({
    type: 'put',
    revision: changes.write(slot, toCachedValue(value)),
  }),
};
