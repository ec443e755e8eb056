/** Replaces the auth table, unless another one has replaced it since it was read. */
import { authText } from '../../auth/auth-entry.ts';
import type { EffectOf } from './effect.ts';

export const setAuth: EffectOf<'setAuth'> = {
  apply({ expected, table }, slot, changes) {
    if ((slot.entry?.modRevision ?? 0) !== expected) {
      return { type: 'refused', reason: 'authChanged' };
    }
    return { type: 'setAuth', revision: changes.write(slot, authText(table)) };
  },
};
