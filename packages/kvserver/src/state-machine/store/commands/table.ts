/** The effects of commands by type. If a command of the protocol is missing here, this does not compile. */
import { append } from './append.ts';
import { deleteKey } from './delete.ts';
import type { Effect, EffectOf, KeyCommand } from './effect.ts';
import { get } from './get.ts';
import { getAuth } from './get-auth.ts';
import { increment } from './increment.ts';
import { put } from './put.ts';
import { putLeased } from './put-leased.ts';
import { putTtl } from './put-ttl.ts';
import { setAuth } from './set-auth.ts';

const effects = {
  get,
  put,
  append,
  delete: deleteKey,
  increment,
  putLeased,
  putTtl,
  getAuth,
  setAuth,
} satisfies { readonly [T in KeyCommand['type']]: EffectOf<T> };

export const effectOf: Readonly<Record<KeyCommand['type'], Effect<KeyCommand>>> = effects;
