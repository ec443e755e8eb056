/** The server that a fuzzer attacks, seen from outside: whether it lives, answers, and gives its memory back. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Ports } from './target.ts';

const canary = 'fuzz-canary-6b1d';
const written = 'fuzz-valid-write';

export interface Memory {
  /** In the heap and outside of it, after a collection of garbage. */
  readonly heldBytes: number;
  readonly residentBytes: number;
}

/** What the program tells when its servers are ready. */
interface Started extends Partial<Ports> {
  /** The port for clients of the server that is fuzzed. */
  readonly port: number;
  /** Those of the other servers of its cluster. */
  readonly otherPorts?: readonly number[];
}

export class FuzzedServer implements Ports {
  readonly port: number;
  readonly peerPort: number;
  readonly #clientPorts: readonly number[];
  readonly #child: ChildProcess;
  readonly #directory: string;
  readonly #value = `the value of ${Math.trunc(performance.now() * 1000)}`;
  #writeCount = 0;
  #errors = '';
  #end: string | undefined;

  private constructor(child: ChildProcess, directory: string, started: Started) {
    this.#child = child;
    this.#directory = directory;
    const { port, peerPort = 0, otherPorts = [] } = started;
    this.port = port;
    this.peerPort = peerPort;
    this.#clientPorts = [port, ...otherPorts];
    child.stderr?.on('data', (bytes) => {
      this.#errors = `${this.#errors}${bytes}`.slice(-4096);
    });
    child.once('exit', (code, signal) => {
      this.#end = `the server ended with ${signal ?? code}: ${this.#errors}`;
    });
  }

  /** `program`: beside this file, or an absolute path; it must behave as server-program.ts does. */
  static async start(
    program = 'server-program.js',
    args: readonly string[] = [],
  ): Promise<FuzzedServer> {
    const directory = await mkdtemp(join(tmpdir(), 'paxkv-fuzz-'));
    const path = resolve(import.meta.dirname, program);
    const child = fork(path, [join(directory, 'data'), ...args], {
      execArgv: ['--expose-gc', '--enable-source-maps'],
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    const [started] = await once(child, 'message');
    const server = new FuzzedServer(child, directory, started);
    await fetch(urlOf(server.port, canary), { method: 'PUT', body: server.#value });
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

  /**
   * Milliseconds for one valid read, from each server, of what was written before the first input.
   *
   * @throws Error if it is not there
   */
  async read(): Promise<number> {
    const ms: number[] = [];
    for (const port of this.#clientPorts) {
      const startedAt = performance.now();
      await expectAt(port, canary, this.#value);
      ms.push(performance.now() - startedAt);
    }
    return Math.max(...ms);
  }

  /**
   * Milliseconds for one valid write.
   *
   * @throws Error if it is refused, or if one of the servers does not have it afterwards
   */
  async write(): Promise<number> {
    const startedAt = performance.now();
    this.#writeCount += 1;
    const value = `write ${this.#writeCount}`;
    const response = await fetch(urlOf(this.port, written), { method: 'PUT', body: value });
    const text = await response.text();
    if (response.status !== 200) throw new Error(`a valid write: ${response.status} ${text}`);
    const ms = performance.now() - startedAt;
    for (const port of this.#clientPorts) await expectAt(port, written, value);
    return ms;
  }

  async stop(): Promise<void> {
    if (this.#end === undefined) {
      this.#child.kill('SIGKILL');
      await once(this.#child, 'exit');
    }
    await rm(this.#directory, { recursive: true });
  }
}

function urlOf(port: number, key: string): string {
  return `http://127.0.0.1:${port}/v1/kv/${key}`;
}

async function expectAt(port: number, key: string, value: string): Promise<void> {
  const response = await fetch(`${urlOf(port, key)}?raw`);
  const text = await response.text();
  if (text !== value) throw new Error(`a valid read: ${response.status} ${text}`);
}
