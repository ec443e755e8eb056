/** Removes a key. If the key is absent, nothing is written. */
import type { EffectOf } from './effect.ts';

export const deleteKey: EffectOf<'delete'> = {
  apply(_command, slot, changes) {
    const deleted = slot.entry !== undefined;
    const revision = deleted ? changes.remove(slot) : changes.revision;
    return { type: 'delete', revision, deleted };
  },
};
