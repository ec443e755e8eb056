/** The files that a process of Node has loaded as code, told by V8's coverage. */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

interface Coverage {
  readonly result: readonly { readonly url: string }[];
}

/** Where a process may leave what it has loaded. */
export class LoadedFiles {
  /** Added to the environment of the process. */
  readonly environment: NodeJS.ProcessEnv;
  readonly #directory: string;

  private constructor(directory: string) {
    this.#directory = directory;
    this.environment = { NODE_V8_COVERAGE: directory };
  }

  static async create(): Promise<LoadedFiles> {
    return new LoadedFiles(await mkdtemp(join(tmpdir(), 'paxkv-loaded-')));
  }

  /** The files that the process, which has ended, had loaded. */
  async take(): Promise<string[]> {
    const names = await readdir(this.#directory);
    const texts = await Promise.all(names.map((name) => readFile(join(this.#directory, name))));
    const coverages: Coverage[] = texts.map((text) => JSON.parse(`${text}`));
    await rm(this.#directory, { recursive: true });
    const urls = coverages.flatMap(({ result }) => result.map(({ url }) => url));
    return urls.filter((url) => url.startsWith('file:')).map((url) => fileURLToPath(url));
  }
}
