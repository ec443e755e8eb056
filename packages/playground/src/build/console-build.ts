/** Builds the console: a page of three files, which every server sends to browsers. */
import { mkdirSync, readdirSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { build, InlineConfig, Rolldown } from 'vite';

/** The folder of this package: this file runs from its `dist/build`. */
const folder = join(import.meta.dirname, '../..');
const root = join(folder, '../..');

/** Where the page is built: inside the package of the server, which sends it. */
export const consoleFolder = join(folder, '../kvserver/dist/console');

/** What the page is made from. The list of installed packages changes with their versions. */
const inputs = [
  ...['console.html', 'console.css', 'base.css', 'dist/console-main.js'],
  ...['dist/console', 'dist/text', 'dist/ui/geometry.js', 'dist/build/console-build.js'],
].map((path) => join(folder, path));
const installed = join(root, 'node_modules/.pnpm/lock.yaml');

/** Builds the page unless it is newer than all that it is made from. */
export async function buildConsole(into = consoleFolder): Promise<void> {
  const page = join(into, 'index.html');
  if (changedMs(page) > Math.max(...[...inputs, installed].map(changedMs))) return;
  // Loaded only here, since loading it takes longer than to see that the page is current.
  const vite = await import('vite');
  const built = await vite.build(config());
  if (!isOutput(built)) throw new TypeError('Expected one bundle.');
  mkdirSync(into, { recursive: true });
  // The HTML comes last, since its age counts as that of the whole page.
  for (const { name, content } of filesOf(built).sort((a, b) => b.name.localeCompare(a.name))) {
    // A server that starts at this moment reads a whole file, old or new.
    const written = join(into, `${name}.${process.pid}`);
    writeFileSync(written, content);
    renameSync(written, join(into, name));
  }
}

function config(): InlineConfig {
  return {
    root: folder,
    configFile: false,
    logLevel: 'warn',
    base: './',
    build: {
      write: false,
      target: 'es2023',
      modulePreload: false,
      rolldownOptions: {
        input: join(folder, 'console.html'),
        output: { entryFileNames: 'page.js', assetFileNames: 'page.[ext]' },
      },
    },
  };
}

interface BuiltFile {
  readonly name: string;
  readonly content: string | Uint8Array;
}

/** The server offers the page at `/console`, and the other files below it. */
function filesOf({ output }: Rolldown.RolldownOutput): BuiltFile[] {
  return output.map((file) => {
    if (file.type === 'chunk') return { name: file.fileName, content: file.code };
    if (!file.fileName.endsWith('.html')) return { name: file.fileName, content: file.source };
    const html = String(file.source).replaceAll(/(src|href)="\.\//g, '$1="./console/');
    return { name: 'index.html', content: html };
  });
}

function isOutput(built: Awaited<ReturnType<typeof build>>): built is Rolldown.RolldownOutput {
  return 'output' in built;
}

/** When the file, or the latest file in the folder, was changed; 0 if there is none. */
function changedMs(path: string): number {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats === undefined) return 0;
  if (!stats.isDirectory()) return stats.mtimeMs;
  return Math.max(0, ...readdirSync(path).map((name) => changedMs(join(path, name))));
}
