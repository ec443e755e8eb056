/** The server that a fuzzer attacks, seen from outside: whether it lives, answers, and gives its memory back. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const program = join(import.meta.dirname, 'server-program.js');

export interface Memory {
  /** In the heap and outside of it, after a collection of garbage. */
  readonly heldBytes: number;
  readonly residentBytes: number;
}

export class FuzzedServer {
  readonly port: number;
  readonly #child: ChildProcess;
  readonly #directory: string;
  readonly #value = `the value of ${Math.trunc(performance.now() * 1000)}`;
  #errors = '';
  #end: string | undefined;

  private constructor(child: ChildProcess, directory: string, port: number) {
    this.#child = child;
    this.#directory = directory;
    this.port = port;
    child.stderr?.on('data', (bytes) => {
      this.#errors = `${this.#errors}${bytes}`.slice(-4096);
    });
    child.once('exit', (code, signal) => {
      this.#end = `the server ended with ${signal ?? code}: ${this.#errors}`;
    });
  }

  /** `path`: the program; it must behave as server-program.ts does. `args`: its further arguments. */
  static async start(path = program, args: readonly string[] = []): Promise<FuzzedServer> {
    const directory = await mkdtemp(join(tmpdir(), 'paxkv-fuzz-'));
    const child = fork(path, [join(directory, 'data'), ...args], {
      execArgv: ['--expose-gc', '--enable-source-maps'],
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    const [{ port }] = await once(child, 'message');
    const server = new FuzzedServer(child, directory, port);
    await fetch(server.#canary, { method: 'PUT', body: server.#value });
    return server;
  }

  /** Why the server is no more; `undefined` while it runs. */
  get end(): string | undefined {
    return this.#end;
  }

  async memory(): Promise<Memory> {
    this.#child.send('memory');
    const [memory] = await once(this.#child, 'message');
    return memory;
  }

  /** Milliseconds for one valid read of what was written before the first input. @throws Error if it is not there */
  async read(): Promise<number> {
    const startedAt = performance.now();
    const response = await fetch(`${this.#canary}?raw`);
    const text = await response.text();
    if (text !== this.#value) throw new Error(`a valid read: ${response.status} ${text}`);
    return performance.now() - startedAt;
  }

  /** Milliseconds for one valid write. @throws Error if it is refused */
  async write(): Promise<number> {
    const startedAt = performance.now();
    const url = `http://127.0.0.1:${this.port}/v1/kv/fuzz-valid-write`;
    const response = await fetch(url, { method: 'PUT', body: 'v' });
    const text = await response.text();
    if (response.status !== 200) throw new Error(`a valid write: ${response.status} ${text}`);
    return performance.now() - startedAt;
  }

  async stop(): Promise<void> {
    if (this.#end === undefined) {
      this.#child.kill('SIGKILL');
      await once(this.#child, 'exit');
    }
    await rm(this.#directory, { recursive: true });
  }

  get #canary(): string {
    return `http://127.0.0.1:${this.port}/v1/kv/fuzz-canary-6b1d`;
  }
}
