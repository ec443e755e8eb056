/** Replaces a small file atomically: a crash leaves the old content or the new. */
import { constants } from 'node:fs';
import { open, rename, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import { hasCode } from './disk-error.ts';

/** Resolves when the new content is durable. One call at a time for a path. Follows no symbolic link. */
export async function replaceFile(path: string, content: string): Promise<void> {
  const temporary = `${path}.new`;
  // A crash may have left one, and a link there would lead the content elsewhere.
  await unlink(temporary).catch(ignoreAbsent);
  const file = await open(temporary, 'wx', 0o600);
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(temporary, path);
  await syncDirectory(dirname(path));
}

/** Makes the names in a directory durable, which flushing a file does not. */
export async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

function ignoreAbsent(cause: unknown): void {
  if (!hasCode(cause, 'ENOENT')) throw cause;
}

/** The content of a file. @throws Error of the file system; for a symbolic link, too. */
export async function readOwnFile(path: string): Promise<string> {
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW);
  try {
    return await file.readFile('utf8');
  } finally {
    await file.close();
  }
}
