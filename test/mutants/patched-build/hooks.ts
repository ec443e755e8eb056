/**
 * The module loader hooks: a file that exists in the patched build is loaded from there. The bundle of the `paxkv`
 * command has none of the patched files, so that its program is replaced by the compiled one.
 */
import { existsSync, readFileSync } from 'node:fs';
import type { InitializeHook, LoadHook, ResolveHook } from 'node:module';
import { join } from 'node:path';

export const packages = new URL('../../../../packages/', import.meta.url).href;

const bundledProgram = `${packages}cli/bundle/main.js`;
const compiledProgram = `${packages}cli/dist/main.js`;

let patchedBuild: string | undefined;

export const initialize: InitializeHook<string | undefined> = (folder) => {
  patchedBuild = folder;
};

export const resolve: ResolveHook = async (specifier, context, nextResolve) => {
  const found = await nextResolve(specifier, context);
  return found.url === bundledProgram ? { ...found, url: compiledProgram } : found;
};

export const load: LoadHook = async (url, context, nextLoad) => {
  const file = patchedFile(url);
  if (file === undefined) return nextLoad(url, context);
  return { format: 'module', source: readFileSync(file), shortCircuit: true };
};

function patchedFile(url: string): string | undefined {
  if (patchedBuild === undefined || !url.startsWith(packages)) return undefined;
  const file = join(patchedBuild, decodeURI(url.slice(packages.length)));
  return existsSync(file) ? file : undefined;
}
