/**
 * Builds the bundle of this command: its code, that of the server and the client, and that of most packages of others,
 * in a few files. Node starts it in a fraction of the time that it takes to find, read and link hundreds of small ones.
 */
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Plugin } from 'rolldown';
import { changedInput, commandBundle, packageFolder, recordInputs, root } from './bundle-files.ts';
import { foreignFolders, licencesOf } from './licences.ts';

/** These load native code from their own folders. The server needs the first, and does without the others. */
const external = ['classic-level', 'msgpackr-extract', 'bufferutil', 'utf-8-validate'];

/** The page that a server sends to browsers. */
const consoleFolder = join(root, 'packages/kvserver/dist/console');

/** Changes with the versions of installed packages. */
const installed = join(root, 'node_modules/.pnpm/lock.yaml');

interface BundleFile {
  readonly name: string;
  readonly content: string | Buffer;
}

/** Builds the bundle unless it is current. */
export async function buildBundle(): Promise<void> {
  if (changedInput() === undefined) return;
  const startMs = Date.now();
  const { chunks, read } = await bundle();
  const pages = readdirSync(consoleFolder).map((name) => join(consoleFolder, name));
  const pageFiles = pages.map((file) => ({
    name: `console/${basename(file)}`,
    content: readFileSync(file),
  }));
  write([...chunks, ...pageFiles]);
  recordInputs([...ownFiles(read), ...pages, installed, import.meta.filename], startMs);
}

/**
 * The files of code, with the licences of what they contain, and the paths of all modules that were read. The code is
 * not minified, so that the stack trace of an error names functions and can be read.
 */
async function bundle(): Promise<{ chunks: BundleFile[]; read: string[] }> {
  // Loaded only here, since loading it takes longer than to see that the bundle is current.
  const { rolldown } = await import('rolldown');
  const build = await rolldown({
    input: join(packageFolder, 'dist/main.js'),
    platform: 'node',
    external,
    plugins: [whatModulesFind],
    // hdr-histogram-js evaluates a call of `require` where it compresses, which the command never asks for.
    checks: { eval: false },
  });
  const { output } = await build.generate({ format: 'esm', chunkFileNames: '[name].js' });
  const read = await build.watchFiles;
  await build.close();
  const chunks = output.filter((file) => file.type === 'chunk');
  const modules = chunks.flatMap(({ moduleIds }) => moduleIds);
  const files = chunks.map(({ fileName, code }) => ({ name: fileName, content: code }));
  const licences = { name: 'licences.txt', content: licencesOf(foreignFolders(modules)) };
  return { chunks: [...files, licences], read };
}

/**
 * Changes how modules find files and packages at run time. A `require` becomes one that the bundler follows. A file
 * that lies above the module lies beside the files of the bundle, each of which may contain the module.
 */
const whatModulesFind: Plugin = {
  name: 'what-modules-find',
  transform: {
    filter: { code: 'import.meta.url' },
    handler: (code) =>
      code
        .replaceAll('createRequire(import.meta.url)(', 'require(')
        .replaceAll(/(?<=new URL\()'(?:\.\.\/)+/g, "'./"),
  },
};

/** The compiled files and the manifests of our own packages. */
function ownFiles(read: readonly string[]): string[] {
  const compiled = read.filter((path) => path.startsWith(root) && !path.includes('node_modules'));
  const folders = compiled.map((path) => path.replace(/(?<=[\\/]packages[\\/][^\\/]+[\\/]).*/, ''));
  return [...compiled, ...[...new Set(folders)].map((folder) => join(folder, 'package.json'))];
}

/** Writes the files, and removes those of an earlier bundle. A process that starts meanwhile reads whole files. */
function write(files: readonly BundleFile[]): void {
  const { folder } = commandBundle;
  mkdirSync(join(folder, 'console'), { recursive: true });
  for (const { name, content } of files) {
    const written = join(folder, `${name}.${process.pid}`);
    writeFileSync(written, content);
    renameSync(written, join(folder, name));
  }
  const names = new Set(['console', ...files.map(({ name }) => name)]);
  const present = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  for (const name of present) if (!names.has(name)) rmSync(join(folder, name));
}
