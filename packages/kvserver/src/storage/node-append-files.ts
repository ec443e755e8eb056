/** Append-only files in one directory, on Node's file system. */
import { type FileHandle, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { AppendFile, AppendFiles, FoundFile } from './append-files.ts';
import { hasCode } from './disk-error.ts';
import { syncDirectory } from './durable-file.ts';
import { readFully } from './read-fully.ts';

export class NodeAppendFiles implements AppendFiles {
  readonly #directory: string;

  /** `directory` need not exist; its parent must. */
  constructor(directory: string) {
    this.#directory = directory;
  }

  async list(): Promise<FoundFile[]> {
    const names = await readdir(this.#directory).catch((cause: unknown) => {
      if (isAbsent(cause)) return [];
      throw cause;
    });
    const nowMs = Date.now();
    const found: FoundFile[] = [];
    for (const name of names) {
      const { mtimeMs } = await stat(join(this.#directory, name));
      found.push({ name, ageMs: Math.max(0, nowMs - mtimeMs) });
    }
    return found;
  }

  async open(name: string): Promise<AppendFile> {
    const handle = await open(join(this.#directory, name), 'r');
    const { size } = await handle.stat();
    return new NodeAppendFile(handle, { directory: this.#directory, size });
  }

  async create(name: string): Promise<AppendFile> {
    await mkdir(this.#directory, { recursive: true, mode: 0o700 });
    const handle = await open(join(this.#directory, name), 'w+', 0o600);
    return new NodeAppendFile(handle, { directory: this.#directory, size: 0 });
  }

  async rename(from: string, to: string): Promise<void> {
    await rename(join(this.#directory, from), join(this.#directory, to));
  }

  async remove(name: string): Promise<void> {
    await rm(join(this.#directory, name), { force: true });
  }
}

class NodeAppendFile implements AppendFile {
  readonly #handle: FileHandle;
  readonly #directory: string;
  #size: number;
  /** Whether the names of the file and of its directory survive a power loss. */
  #hasDurableName = false;

  constructor(handle: FileHandle, at: { directory: string; size: number }) {
    this.#handle = handle;
    this.#directory = at.directory;
    this.#size = at.size;
  }

  get size(): number {
    return this.#size;
  }

  read(target: Uint8Array, position: number): Promise<number> {
    return readFully(this.#handle, target, position);
  }

  async append(pieces: readonly Uint8Array[]): Promise<void> {
    // `writev` may take fewer bytes than it was given, and fewer pieces than these.
    for (let at = 0; at < pieces.length; at += piecesAtOnce) {
      const some = pieces.slice(at, at + piecesAtOnce);
      const total = some.reduce((sum, { length }) => sum + length, 0);
      const { bytesWritten } = await this.#handle.writev([...some], this.#size);
      if (bytesWritten !== total) throw new Error('the disk took a part of what was written');
      this.#size += total;
    }
  }

  async flush(): Promise<void> {
    await this.#handle.datasync();
    if (this.#hasDurableName) return;
    await syncDirectory(this.#directory);
    await syncDirectory(dirname(this.#directory));
    this.#hasDurableName = true;
  }

  async close(): Promise<void> {
    await this.#handle.close();
  }
}

/** Below the number of pieces that systems accept in one call. */
const piecesAtOnce = 512;

function isAbsent(cause: unknown): boolean {
  return hasCode(cause, 'ENOENT');
}
