/** A separate small in-memory disk for each node, which tests can fill and free. Needs root. */
import { execFile, execFileSync } from 'node:child_process';
import { mkdir, statfs } from 'node:fs/promises';
import { promisify } from 'node:util';
import { Missing } from './shim-library.ts';

const run = promisify(execFile);
/** Room for the segments of some journals, since damaged ones are kept. */
const freeBytes = 256 * 1024 * 1024;
/** Space left on a full disk, so that it fails in the middle of an operation. */
const remainderBytesDefault = 16 * 1024;

export class SmallDisks {
  readonly #mounted: string[] = [];
  readonly #onExit = () => {
    for (const path of this.#mounted) execFileSync('umount', ['--lazy', path]);
  };

  constructor() {
    // Unmounts at exit: no mount may outlive the tests.
    process.on('exit', this.#onExit);
  }

  /** Mounts a disk at each path. @throws Missing */
  async mount(paths: readonly string[]): Promise<void> {
    for (const path of paths) {
      await mkdir(path, { mode: 0o700 });
      try {
        await run('mount', ['-t', 'tmpfs', '-o', `size=${freeBytes},mode=700`, 'tmpfs', path]);
      } catch (cause) {
        throw new Missing('a small disk cannot be mounted, which needs root', { cause });
      }
      this.#mounted.push(path);
    }
  }

  /** Leaves only `remainderBytes` free at `path`. */
  async fill(path: string, remainderBytes = remainderBytesDefault): Promise<void> {
    const { blocks, bfree, bsize } = await statfs(path);
    // A size of 0 would mean no limit.
    await this.#resize(path, Math.max(bsize, (blocks - bfree) * bsize + remainderBytes));
  }

  async free(path: string): Promise<void> {
    await this.#resize(path, freeBytes);
  }

  /** Must be called when no file on the disks is in use any more. */
  async close(): Promise<void> {
    process.off('exit', this.#onExit);
    for (const path of this.#mounted.splice(0)) await run('umount', [path]);
  }

  async #resize(path: string, bytes: number): Promise<void> {
    await run('mount', ['-o', `remount,size=${bytes}`, path]);
  }
}
