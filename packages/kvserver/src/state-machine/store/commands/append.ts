/** Appends to a value, unless the result would be over its limit. */
import { valueBytesMax } from '@paxkv/protocol';
import { textOf } from '../cached-value.ts';
import { toText } from '../latin1.ts';
import type { EffectOf } from './effect.ts';

export const append: EffectOf<'append'> = {
  apply({ value: tail }, slot, changes) {
    const head = slot.entry?.value ?? '';
    const length = head.length + tail.length;
    if (length > valueBytesMax) return { type: 'refused', reason: 'tooLarge' };
    const revision = changes.write(slot, textOf(head) + toText(tail), slot.entry?.lease);
    return { type: 'append', revision, length };
  },
};
