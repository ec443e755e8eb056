/** Reads a key. */
import { toReplyEntry } from '../cached-value.ts';
import type { EffectOf } from './effect.ts';

export const get: EffectOf<'get'> = {
  apply: (_command, { entry }) => ({ type: 'get', entry: entry && toReplyEntry(entry) }),
};
