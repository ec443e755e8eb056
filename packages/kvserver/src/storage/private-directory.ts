/**
 * Keeps a data directory private to the user that runs the server, whatever the umask is.
 * Rule: nobody else reads or changes what is in it, and no symbolic link leads out of it.
 *
 * A directory or file of this user is narrowed and not refused: only this user can have put data there, so nobody
 * loses anything that was meant for him, and an upgrade works. One of another user cannot be narrowed, and is refused.
 */
import type { Stats } from 'node:fs';
import { chmod, lstat, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isMainThread } from 'node:worker_threads';
import { DiskError, hasCode } from './disk-error.ts';

/** What the group and all others may do. */
const othersMask = 0o077;

/**
 * Has this process create files that only its user can read. LevelDB creates its own, and takes no mode. Worker
 * threads cannot change it.
 */
export function createPrivately(): void {
  if (isMainThread) process.umask(othersMask);
}

/**
 * Narrows the directory and all that is in it to its user.
 *
 * @throws DiskError `DISK_UNUSABLE` for a symbolic link, for what is neither a file nor a folder, and for what belongs
 * to another user and others can use. Any error of the file system.
 */
export async function makePrivate(directory: string): Promise<void> {
  // The directory itself may be reached by a link: the operator named it.
  await narrow(directory, await stat(directory));
  await makeContentPrivate(directory);
}

async function makeContentPrivate(directory: string): Promise<void> {
  for (const name of await readdir(directory)) {
    const path = join(directory, name);
    const found = await lstat(path).catch(ifAbsent);
    if (found === undefined) continue;
    if (!found.isFile() && !found.isDirectory()) throw notOurs(path, found);
    // A file system puts it there, for root alone.
    if (name === 'lost+found') continue;
    await narrow(path, found);
    if (found.isDirectory()) await makeContentPrivate(path);
  }
}

async function narrow(path: string, { mode, uid }: Stats): Promise<void> {
  if ((mode & othersMask) === 0) return;
  const own = process.getuid?.();
  // Systems without users have no such modes.
  if (own === undefined) return;
  if (uid !== own && own !== 0) throw tooWide(path, mode);
  await chmod(path, mode & 0o700);
}

function tooWide(path: string, mode: number): DiskError {
  const rights = (mode & 0o777).toString(8).padStart(4, '0');
  const message =
    `${path} can be used by others (mode ${rights}) and belongs to another user. ` +
    `Run: chmod go-rwx ${path}, or give it to the user of the server with chown.`;
  return new DiskError('DISK_UNUSABLE', message);
}

function notOurs(path: string, found: Stats): DiskError {
  const what = found.isSymbolicLink() ? 'a symbolic link' : 'neither a file nor a folder';
  const advice = found.isSymbolicLink()
    ? 'Nothing in a data directory may be one: to put a part on another disk, mount that disk there.'
    : 'Remove it.';
  return new DiskError('DISK_UNUSABLE', `${path} is ${what}. ${advice}`);
}

/** Removed since its name was read. */
function ifAbsent(cause: unknown): undefined {
  if (hasCode(cause, 'ENOENT')) return undefined;
  throw cause;
}
