/**
 * A file that gets its name only once it is complete and on disk. Until then it is called `<name>.partial`. Only its
 * owner may read it.
 */
import { type FileHandle, lstat, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { CliError, messageOf } from '../cli-error.ts';

const mode = 0o600;

export class PartialFile {
  readonly #path: string;
  readonly #file: FileHandle;
  #bytes = 0;

  private constructor(path: string, file: FileHandle) {
    this.#path = path;
    this.#file = file;
  }

  /** @throws CliError `CLI_USAGE` if `path` exists and may not be replaced; `CLI_FILE` if it cannot be created. */
  static async create(path: string, { mayReplace }: { mayReplace: boolean }): Promise<PartialFile> {
    if (!mayReplace && (await isThere(path))) {
      const message = `${path} exists: choose another name, or replace it with --overwrite`;
      throw new CliError('CLI_USAGE', message);
    }
    return orFileError(path, async () => {
      const partial = partialOf(path);
      // It may be left from an interrupted backup. A link is removed and not followed.
      await rm(partial, { force: true });
      const file = await open(partial, 'wx', mode);
      await file.chmod(mode);
      return new PartialFile(path, file);
    });
  }

  /** @throws CliError `CLI_FILE` */
  async write(bytes: Uint8Array): Promise<void> {
    await orFileError(this.#path, async () => {
      for (let start = 0; start < bytes.length; ) {
        const { bytesWritten } = await this.#file.write(bytes, start, undefined, this.#bytes);
        start += bytesWritten;
        this.#bytes += bytesWritten;
      }
    });
  }

  /** Drops what was written so far. @throws CliError `CLI_FILE` */
  async restart(): Promise<void> {
    await orFileError(this.#path, () => this.#file.truncate(0));
    this.#bytes = 0;
  }

  /** Resolves when the file has its name and is on disk. @throws CliError `CLI_FILE` */
  async complete(): Promise<void> {
    const path = this.#path;
    await orFileError(path, async () => {
      await this.#file.sync();
      if (!(await this.#isOwn())) throw new Error('another backup is being written to it');
      await rename(partialOf(path), path);
      await this.#file.close();
      await syncDirectory(dirname(path));
    });
  }

  /** Removes what was written. Never rejects. */
  async discard(): Promise<void> {
    try {
      if (await this.#isOwn()) await rm(partialOf(this.#path));
    } catch {
      // The next backup to this file removes it.
    }
    await this.#file.close().catch(() => {});
  }

  /** Whether the partial file still is the one that was created here. */
  async #isOwn(): Promise<boolean> {
    const [own, found] = await Promise.all([this.#file.stat(), lstat(partialOf(this.#path))]);
    return own.ino === found.ino && own.dev === found.dev;
  }
}

export function partialOf(path: string): string {
  return `${path}.partial`;
}

async function isThere(path: string): Promise<boolean> {
  try {
    await lstat(path);
    return true;
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return false;
    throw new CliError('CLI_FILE', `cannot use ${path}: ${messageOf(cause)}`, { cause });
  }
}

async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

async function orFileError<T>(path: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (cause) {
    throw new CliError('CLI_FILE', `cannot write ${path}: ${messageOf(cause)}`, { cause });
  }
}
