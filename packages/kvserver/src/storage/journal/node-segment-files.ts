/** Segments as files of one directory, on Node's file system. */
import { constants } from 'node:fs';
import { type FileHandle, mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { hasCode } from '../disk-error.ts';
import { syncDirectory } from '../durable-file.ts';
import { readFully } from '../read-fully.ts';
import { type DirectoryLock, lockDirectory } from './directory-lock.ts';
import { slicePieces } from './fragment.ts';
import type { SegmentFile, SegmentFiles } from './segment-files.ts';

const zeros = new Uint8Array(1024 * 1024);
/**
 * `O_DSYNC` makes a write and its flush one call. Other systems lack it or stop at the drive's cache, so there
 * a flush follows each write.
 */
const isDurableWhenWritten = process.platform === 'linux';
/** What one system call takes. More would be written, and flushed, in several. */
const pieceCountMax = 1024;
const openFlags = constants.O_RDWR | (isDurableWhenWritten ? constants.O_DSYNC : 0);

export class NodeSegmentFiles implements SegmentFiles {
  readonly #directory: string;
  readonly #lock: DirectoryLock;

  private constructor(directory: string, lock: DirectoryLock) {
    this.#directory = directory;
    this.#lock = lock;
  }

  /**
   * Makes the directory if its parent exists, and holds it.
   *
   * @throws DiskError `DISK_IN_USE`. Any error of the file system.
   */
  static async open(directory: string): Promise<NodeSegmentFiles> {
    await mkdir(directory, { mode: 0o700 }).catch((cause: unknown) => {
      if (!hasCode(cause, 'EEXIST')) throw cause;
    });
    return new NodeSegmentFiles(directory, await lockDirectory(directory));
  }

  async list(): Promise<string[]> {
    return readdir(this.#directory);
  }

  async open(name: string): Promise<SegmentFile> {
    const path = join(this.#directory, name);
    const handle = await open(path, openFlags);
    try {
      const { size } = await handle.stat();
      return new NodeSegmentFile({ path, handle, size });
    } catch (cause) {
      await handle.close();
      throw cause;
    }
  }

  async create(name: string, size: number): Promise<SegmentFile> {
    const handle = await open(join(this.#directory, name), 'w', 0o600);
    try {
      for (let offset = 0; offset < size; ) {
        const rest = zeros.subarray(0, Math.min(zeros.length, size - offset));
        const { bytesWritten } = await handle.write(rest, 0, rest.length, offset);
        offset += bytesWritten;
      }
      await handle.sync();
    } finally {
      await handle.close();
    }
    return this.open(name);
  }

  async rename(from: string, to: string): Promise<void> {
    await rename(join(this.#directory, from), join(this.#directory, to));
  }

  async remove(name: string): Promise<void> {
    await rm(join(this.#directory, name), { force: true });
  }

  async syncNames(): Promise<void> {
    await syncDirectory(this.#directory);
  }

  async close(): Promise<void> {
    await this.#lock.close();
  }
}

interface OpenFile {
  readonly path: string;
  readonly handle: FileHandle;
  readonly size: number;
}

class NodeSegmentFile implements SegmentFile {
  readonly place: string;
  readonly size: number;
  readonly #handle: FileHandle;

  constructor({ path, handle, size }: OpenFile) {
    this.place = path;
    this.size = size;
    this.#handle = handle;
  }

  read(target: Uint8Array, position: number): Promise<number> {
    return readFully(this.#handle, target, position);
  }

  async write(pieces: readonly Uint8Array[], position: number): Promise<void> {
    const few = pieces.length > pieceCountMax ? [Buffer.concat(pieces)] : pieces;
    const total = few.reduce((sum, { length }) => sum + length, 0);
    for (let written = 0; written < total; ) {
      const rest = written === 0 ? [...few] : slicePieces(few, written, total - written);
      // The system may take fewer bytes than it was given.
      const { bytesWritten } = await this.#handle.writev(rest, position + written);
      if (bytesWritten === 0)
        throw new Error(`${this.place} takes no more bytes at ${position + written}`);
      written += bytesWritten;
    }
    if (!isDurableWhenWritten) await this.#handle.datasync();
  }

  async close(): Promise<void> {
    await this.#handle.close();
  }
}
