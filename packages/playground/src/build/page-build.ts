/** Builds the page: one HTML file with all scripts and styles in it, which works from `file:` as well. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build, type InlineConfig } from 'vite';
import { viteSingleFile } from 'vite-plugin-singlefile';
import { attacks } from '../mutants/attacks.ts';
import { references } from '../ui/references.ts';
import { type Mutation, mutantModules } from './mutant-modules.ts';

/** The folder of this package: this file runs from its `dist/build`. */
const folder = join(import.meta.dirname, '../..');
const packages = join(folder, '..');

/** Where the page is built. */
export const pageFolder = join(folder, 'dist/page');

export async function buildPage(): Promise<void> {
  await build(await pageConfig());
  const files = ['docs/protocol.md', ...references.map(({ source }) => source)];
  for (const file of new Set(files)) copyAsText(file);
}

/** Marks a text as UTF-8 for browsers, which guess otherwise. */
const byteOrderMark = '\uFEFF';

/** Copies a file as plain text, since browsers show plain text and offer to save most other files. */
function copyAsText(file: string): void {
  const copy = join(pageFolder, `${file}.txt`);
  mkdirSync(dirname(copy), { recursive: true });
  writeFileSync(copy, byteOrderMark + readFileSync(join(packages, '..', file), 'utf8'));
}

async function pageConfig(): Promise<InlineConfig> {
  const list = join(folder, 'dist/mutants/cores.js');
  return {
    root: folder,
    configFile: false,
    logLevel: 'warn',
    base: './',
    resolve: { alias: browserModules() },
    plugins: [mutantModules(await attackedMutants(), { packages, list }), viteSingleFile()],
    build: {
      outDir: pageFolder,
      emptyOutDir: true,
      target: 'es2023',
      chunkSizeWarningLimit: 1500,
      // Node has it as a global variable, and so have the sources of the replica.
      rolldownOptions: { transform: { inject: { Buffer: ['buffer', 'Buffer'] } } },
    },
  };
}

/** Modules of Node, by name, that the replica imports and a browser lacks, with what stands for each. */
function browserModules(): Record<string, string> {
  const own = (name: string) => join(import.meta.dirname, 'browser', `${name}.js`);
  const installed = createRequire(import.meta.url);
  return {
    'node:assert': own('assert'),
    'node:crypto': own('crypto'),
    'node:zlib': own('zlib'),
    buffer: installed.resolve('buffer/'),
    events: installed.resolve('events/'),
  };
}

/** The mutants for which the page has a recorded attack. */
async function attackedMutants(): Promise<Mutation[]> {
  const file = join(folder, '../../test/dist/mutants/all-mutants.js');
  const { allMutants }: { allMutants: readonly Mutation[] } = await import(
    pathToFileURL(file).href
  );
  return attacks.map(({ mutant }) => {
    const found = allMutants.find(({ id }) => id === mutant);
    if (found === undefined) throw new Error(`There is no mutant ${mutant} in test/mutants.`);
    return found;
  });
}
