/** How much of the disk a server uses, and how much is free. */
import { readdir, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';

export interface DiskUse {
  /** The files of each part of the data directory: each folder in it, and `files` for those beside the folders. */
  readonly parts: readonly { readonly part: string; readonly bytes: number }[];
  /** Bytes that the server may still use on that file system. Absent if the system does not tell. */
  readonly freeBytes: number | undefined;
}

/** Data that was set aside is one part, however many copies there are. */
const damaged = 'damaged';

/** Never rejects: a file that vanishes meanwhile counts nothing. */
export async function readDiskUse(dataDirectory: string): Promise<DiskUse> {
  const [parts, freeBytes] = await Promise.all([partsOf(dataDirectory), freeOf(dataDirectory)]);
  return { parts, freeBytes };
}

async function partsOf(directory: string): Promise<DiskUse['parts']> {
  const bytes = new Map([['files', 0]]);
  const entries = await entriesOf(directory);
  for (const entry of entries) {
    const path = join(directory, entry.name);
    const part = entry.isDirectory() ? partOf(entry.name) : 'files';
    const found = entry.isDirectory() ? await bytesBelow(path) : await sizeOf(path);
    bytes.set(part, found + (bytes.get(part) ?? 0));
  }
  return [...bytes].map(([part, each]) => ({ part, bytes: each }));
}

function partOf(folder: string): string {
  return folder.includes('.') ? damaged : folder;
}

async function bytesBelow(directory: string): Promise<number> {
  let bytes = 0;
  for (const entry of await entriesOf(directory)) {
    const path = join(directory, entry.name);
    bytes += entry.isDirectory() ? await bytesBelow(path) : await sizeOf(path);
  }
  return bytes;
}

async function entriesOf(directory: string) {
  return readdir(directory, { withFileTypes: true }).catch(() => []);
}

async function sizeOf(path: string): Promise<number> {
  return stat(path).then(
    ({ size }) => size,
    () => 0,
  );
}

async function freeOf(directory: string): Promise<number | undefined> {
  return statfs(directory).then(
    ({ bavail, bsize }) => bavail * bsize,
    () => undefined,
  );
}
