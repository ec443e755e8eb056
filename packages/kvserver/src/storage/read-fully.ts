/** Reads from a file until the target is full: the system may give fewer bytes than were asked for. */
import type { FileHandle } from 'node:fs/promises';

/** Resolves with the bytes read, fewer than the target has only at the end of the file. @throws Error of the file system */
export async function readFully(
  file: Pick<FileHandle, 'read'>,
  target: Uint8Array,
  position: number,
): Promise<number> {
  let length = 0;
  while (length < target.length) {
    const left = target.length - length;
    const { bytesRead } = await file.read(target, length, left, position + length);
    if (bytesRead === 0) break;
    length += bytesRead;
  }
  return length;
}
