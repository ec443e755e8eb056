/** Compiles the shim if the machine has a C compiler. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const source = fileURLToPath(new URL('../../../faults/disk/disk-shim.c', import.meta.url));
const compilers = ['cc', 'gcc', 'clang'];

/** A prerequisite that this machine lacks. */
export class Missing extends Error {
  override readonly name = 'Missing';
}

/** The path of the compiled shim, in `directory`. @throws Missing */
export async function compileShim(directory: string): Promise<string> {
  if (process.platform !== 'linux') throw new Missing('preloading a disk shim needs Linux');
  const library = join(directory, 'disk-shim.so');
  for (const compiler of compilers) {
    try {
      await run(compiler, ['-shared', '-fPIC', '-O2', '-o', library, source, '-ldl']);
      return library;
    } catch (error) {
      if (!isAbsent(error)) throw error;
    }
  }
  throw new Missing(`there is no C compiler: none of ${compilers.join(', ')}`);
}

function isAbsent(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
