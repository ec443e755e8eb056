/** A project outside the repository that has installed the packages. */
import { type ExecFileException, execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from '../docs/pages.ts';

/** Messages of npm when it cannot reach its registry. */
const unreachable = /\b(?:ENOTFOUND|ECONNREFUSED|ECONNRESET|ETIMEDOUT|EAI_AGAIN|ENOTCACHED)\b/;

export interface Output {
  readonly stdout: string;
  readonly stderr: string;
}

/** The registry is needed for the dependencies, and cannot be reached. */
export class NoRegistryError extends Error {
  override readonly name = 'NoRegistryError';
}

export class Consumer {
  /** Directory of the project. */
  readonly folder: string;
  readonly #parent: string;

  private constructor(parent: string) {
    this.#parent = parent;
    this.folder = join(parent, 'project');
  }

  /**
   * Packs every package and installs all tarballs into an empty project.
   *
   * @throws NoRegistryError
   */
  static async install(): Promise<Consumer> {
    const consumer = new Consumer(await mkdtemp(join(tmpdir(), 'paxkv-install-')));
    try {
      await consumer.#install();
    } catch (error) {
      await consumer.remove();
      throw error;
    }
    return consumer;
  }

  /** Runs a program with these arguments in the project's folder. @throws Error if it fails */
  run(program: string, words: readonly string[]): Promise<Output> {
    return run(program, words, this.folder);
  }

  /** Writes a file of the project. */
  write(name: string, text: string): Promise<void> {
    return writeFile(join(this.folder, name), text);
  }

  remove(): Promise<void> {
    return rm(this.#parent, { recursive: true });
  }

  async #install(): Promise<void> {
    const tarballs = join(this.#parent, 'tarballs');
    await mkdir(this.folder);
    // Without it npm would take a project in a folder above for this one.
    await this.write('package.json', '{ "private": true }\n');
    await withRegistry(
      run('npm', ['run', '--silent', 'pack:built'], root, { PACK_FOLDER: tarballs }),
    );
    const files = (await readdir(tarballs)).map((name) => join(tarballs, name));
    const flags = ['--prefer-offline', '--no-audit', '--no-fund'];
    await withRegistry(this.run('npm', ['install', ...flags, ...files]));
  }
}

async function withRegistry(running: Promise<Output>): Promise<void> {
  try {
    await running;
  } catch (cause) {
    const text = cause instanceof Error ? cause.message : String(cause);
    if (unreachable.test(text)) throw new NoRegistryError('no registry answers', { cause });
    throw cause;
  }
}

function run(
  program: string,
  words: readonly string[],
  cwd: string,
  variables: NodeJS.ProcessEnv = {},
): Promise<Output> {
  const env = { ...process.env, ...variables };
  return new Promise((resolve, reject) => {
    const onEnd = (error: ExecFileException | null, stdout: string, stderr: string) => {
      if (error === null) resolve({ stdout, stderr });
      else reject(new Error(`${error.message}\n${stdout}\n${stderr}`));
    };
    execFile(program, words, { cwd, env, maxBuffer: 16 * 1024 * 1024 }, onEnd);
  });
}
