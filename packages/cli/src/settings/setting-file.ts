/** Reads the files whose content is a setting: secrets, keys and certificates. */
import { closeSync, fstatSync, openSync, readFileSync, type Stats } from 'node:fs';
import { CliError, messageOf } from '../cli-error.ts';

const bytesMax = 64 * 1024;
/** What others than the owner may not do with a private file. Members of a group may read a file of root. */
const closedToOthers = 0o077;
const closedToOthersIfOfRoot = 0o037;

/** What is known of a file and of the user of this process. */
export interface Ownership {
  readonly mode: number;
  readonly uid: number;
}

/**
 * The text of the file. A private one is refused if other users may read it.
 *
 * @throws CliError `CLI_USAGE`
 */
export function readSettingFile(path: string, isPrivate: boolean): string {
  const { stats, text } = readWith(path);
  const problem = isPrivate ? modeProblem(stats, process.getuid?.()) : undefined;
  if (problem !== undefined) throw unusable(path, problem);
  return text;
}

/** Why a private file is not private; `undefined` if it is, or where files have no modes. */
export function modeProblem({ mode, uid }: Ownership, me: number | undefined): string | undefined {
  if (me === undefined) return undefined;
  const isOfRoot = uid === 0;
  if (uid !== me && !isOfRoot) return `it belongs to another user (${uid})`;
  if ((mode & (isOfRoot ? closedToOthersIfOfRoot : closedToOthers)) === 0) return undefined;
  const octal = (mode & 0o777).toString(8).padStart(4, '0');
  return `other users may use it: its mode is ${octal}, and must be 0600${isOfRoot ? ' or 0640' : ''}`;
}

/** The mode is that of the file that is read, whatever the path names a moment later. */
function readWith(path: string): { stats: Stats; text: string } {
  let file: number | undefined;
  try {
    file = openSync(path, 'r');
    const stats = fstatSync(file);
    if (!stats.isFile()) throw new Error('it is no file');
    if (stats.size > bytesMax) throw new Error(`it is over ${bytesMax} bytes`);
    return { stats, text: readFileSync(file, 'utf8') };
  } catch (cause) {
    throw unusable(path, messageOf(cause));
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

function unusable(path: string, why: string): CliError {
  return new CliError('CLI_USAGE', `cannot use ${path}: ${why}`);
}
