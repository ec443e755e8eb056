/** Adds to the end of a value, unless that would take it over its limit. */
import { valueBytesMax } from '@paxkv/protocol';
import { toText } from '../latin1.ts';
import type { EffectOf } from './effect.ts';

export const append: EffectOf<'append'> = {
  apply({ value: tail }, place, changes) {
    const head = place.entry?.text ?? '';
    const length = head.length + tail.length;
    if (length > valueBytesMax) return { type: 'refused', reason: 'tooLarge' };
    return { type: 'append', revision: changes.write(place, head + toText(tail)), length };
  },
};
