/** Sets the value of a key. */
import { toText } from '../latin1.ts';
import type { EffectOf } from './effect.ts';

export const put: EffectOf<'put'> = {
  apply: ({ value }, slot, changes) => ({
    type: 'put',
    revision: changes.write(slot, toText(value)),
  }),
};
