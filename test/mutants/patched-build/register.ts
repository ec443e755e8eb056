/**
 * Must be imported first (`node --import`): replaces the real build by the patched one. The patched files
 * are loaded immediately, because a later `require` bypasses the hooks and gets the loaded module.
 */
import { readdirSync } from 'node:fs';
import { register } from 'node:module';
import { packages } from './hooks.ts';

const { TEST_PATCHED_BUILD: patchedBuild = '' } = process.env;

register('./hooks.js', import.meta.url, { data: patchedBuild });

for (const entry of readdirSync(patchedBuild, { recursive: true, encoding: 'utf8' })) {
  if (entry.endsWith('.js')) await import(new URL(entry, packages).href);
}
