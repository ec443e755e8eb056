/** Reads the auth table. */
import { authReply } from '../../auth/auth-entry.ts';
import { fromCachedEntry } from '../cached-value.ts';
import type { EffectOf } from './effect.ts';

export const getAuth: EffectOf<'getAuth'> = {
  apply: (_command, { entry }) => authReply(entry && fromCachedEntry(entry)),
};
