/**
 * The bundle of this command as files: where it lies, what it was made from, and whether that has changed since. A test
 * or a measurement that starts the command asks here first, so that it never runs an old bundle.
 */
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

/** The folder of the package of the command: this file runs from its `dist/build`. */
export const packageFolder = join(import.meta.dirname, '../..');

/** The root of the repository. */
export const root = join(packageFolder, '../..');

export interface Bundle {
  /** The folder of its files. */
  readonly folder: string;
  /** The file that records what it was made from. */
  readonly record: string;
}

/** The bundle of this repository. The package ships its folder and not the record. */
export const commandBundle: Bundle = {
  folder: join(packageFolder, 'bundle'),
  record: join(packageFolder, 'dist/build/bundle-inputs.json'),
};

/** The times at which files were last changed, by their paths from the root. */
type Inputs = Readonly<Record<string, number | null>>;

/**
 * The program of the command, in the bundle.
 *
 * @throws Error if there is no bundle, or if what it was made from has changed since
 */
export function bundledProgram(bundle = commandBundle): string {
  const changed = changedInput(bundle);
  if (changed === undefined) return join(bundle.folder, 'main.js');
  throw new Error(
    `The bundle of the paxkv command was made before a change of ${changed}. ` +
      'Run node scripts/setup.mjs, which makes it anew.',
  );
}

/** The first file of those it was made from that has changed or is missing; `undefined` if the bundle is current. */
export function changedInput({ folder, record }: Bundle = commandBundle): string | undefined {
  const missing = [join(folder, 'main.js'), record].find((file) => !existsSync(file));
  if (missing !== undefined) return relative(root, missing);
  const inputs: Inputs = JSON.parse(readFileSync(record, 'utf8'));
  return Object.keys(inputs).find((path) => changedMs(join(root, path)) !== inputs[path]);
}

/**
 * Records what a bundle was made from. A file that was changed after `startMs`, when the build began, may have been read
 * before that change, so that it counts as changed.
 */
export function recordInputs(
  files: readonly string[],
  startMs: number,
  { record }: Bundle = commandBundle,
): void {
  const times = files.map((file) => {
    const ms = changedMs(file) ?? startMs;
    return [relative(root, file), ms < startMs ? ms : null];
  });
  mkdirSync(dirname(record), { recursive: true });
  writeFileSync(record, JSON.stringify(Object.fromEntries(times)));
}

function changedMs(file: string): number | undefined {
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs;
}
