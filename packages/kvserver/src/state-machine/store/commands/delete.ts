/** Removes a key. Where there is none, nothing is written. */
import type { EffectOf } from './effect.ts';

export const deleteKey: EffectOf<'delete'> = {
  apply(_command, place, changes) {
    const deleted = place.entry !== undefined;
    const revision = deleted ? changes.remove(place) : changes.revision;
    return { type: 'delete', revision, deleted };
  },
};
