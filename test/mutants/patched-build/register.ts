/**
 * To be imported before all else (`node --import`): puts the patched build in place of the real one. The
 * patched files are loaded at once, for whoever comes later by `require`, which asks no hooks, gets
 * what is loaded already.
 */
import { readdirSync } from 'node:fs';
import { register } from 'node:module';
import { packages } from './hooks.ts';

const { PAXKV_PATCHED_BUILD: patchedBuild = '' } = process.env;

register('./hooks.js', import.meta.url, { data: patchedBuild });

for (const entry of readdirSync(patchedBuild, { recursive: true, encoding: 'utf8' })) {
  if (entry.endsWith('.js')) await import(new URL(entry, packages).href);
}
