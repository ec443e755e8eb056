/** Reads a key. */
import { fromCachedEntry } from '../cached-value.ts';
import type { EffectOf } from './effect.ts';

export const get: EffectOf<'get'> = {
  apply: (_command, { entry }) => ({ type: 'get', entry: entry && fromCachedEntry(entry) }),
};
