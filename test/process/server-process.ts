/** One server as a separate process, started with the `paxkv` command. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { bundledProgram } from 'paxkv/internal/build/bundle-files';
import type { CommandCredentials } from 'paxkv/internal/credentials';
import { httpGet } from 'paxkv/internal/http-get';

/** The program of the command, as users run it. */
export const paxkv = bundledProgram();

/** A server that was away is ready only when it is level. */
const readyMsMax = 30_000;
const readyPollMs = 20;
const logBytesMax = 64 * 1024;

export interface ServerSettings {
  readonly node: number;
  /** The addresses of all servers to configure, by node: `host:port`. */
  readonly addresses: readonly string[];
  /** The addresses for servers to configure, by node. */
  readonly peerAddresses: readonly string[];
  /** The file of the secret of the cluster. */
  readonly secretFile: string;
  readonly directory: string;
  /** Added to the environment of the process. */
  readonly environment?: NodeJS.ProcessEnv;
  /** Words before the command, which run it elsewhere and are replaced by it. */
  readonly place?: readonly string[];
  /** How its HTTPS is recognized at the moment. Default: it has plain HTTP. */
  readonly credentials?: () => CommandCredentials;
  /** Limits of the system on the process, as options of `prlimit`. */
  readonly systemLimits?: readonly string[];
}

/** How a process ended: by itself with a code, or by a signal. */
export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export class ServerProcess {
  readonly exit: Promise<Exit>;
  readonly #child: ChildProcess;
  readonly #address: string;
  readonly #credentials: () => CommandCredentials;
  #log = '';
  #hasExited = false;

  constructor(settings: ServerSettings) {
    const { node, addresses, directory, environment: added = {}, systemLimits = [] } = settings;
    const { peerAddresses, secretFile, place = [] } = settings;
    this.#address = addresses[node] ?? '';
    this.#credentials = settings.credentials ?? (() => ({}));
    const options = ['--node', `${node}`, '--peers', addresses.join(','), '--data', directory];
    const peers = [
      '--peer-addresses',
      peerAddresses.join(','),
      '--cluster-secret-file',
      secretFile,
    ];
    const command = [process.execPath, paxkv, 'serve', ...options, ...peers, '--cluster', 'tests'];
    // prlimit is replaced by the server, so that signals reach it.
    const limited = systemLimits.length === 0 ? [] : ['prlimit', ...systemLimits];
    const [program = '', ...rest] = [...place, ...limited, ...command];
    this.#child = spawn(program, rest, {
      env: { ...environment(), ...added },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#child.stdout?.on('data', (bytes) => this.#keep(String(bytes)));
    this.#child.stderr?.on('data', (bytes) => this.#keep(String(bytes)));
    this.exit = this.#watch();
  }

  /** Its process id; `undefined` if it could not be started. */
  get processId(): number | undefined {
    return this.#child.pid;
  }

  get hasExited(): boolean {
    return this.#hasExited;
  }

  /** The last lines of its output. */
  get log(): string {
    return this.#log;
  }

  signal(name: NodeJS.Signals): void {
    this.#child.kill(name);
  }

  /** Resolves when it serves. @throws Error if it ends instead, or takes too long */
  async ready(): Promise<void> {
    const deadlineMs = performance.now() + readyMsMax;
    while (!(await this.#isReady())) {
      if (this.#hasExited) throw new Error(`a server ended at its start:\n${this.#log}`);
      if (performance.now() > deadlineMs) throw new Error(`a server is not ready:\n${this.#log}`);
      await pause(readyPollMs);
    }
  }

  /** The memory that the process occupies. Linux only. */
  async residentBytes(): Promise<number> {
    const status = await readFile(`/proc/${this.#child.pid}/status`, 'utf8');
    return 1024 * Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1]);
  }

  async #isReady(): Promise<boolean> {
    try {
      const credentials = this.#credentials();
      const url = new URL('/readyz', toEndpoint(this.#address, credentials));
      const response = await httpGet(url, credentials, AbortSignal.timeout(1000));
      await response.text();
      // If the port was taken, the answer may come from another program.
      return response.ok && !this.#hasExited;
    } catch {
      return false;
    }
  }

  async #watch(): Promise<Exit> {
    // No server may outlive the tests.
    const kill = () => this.#child.kill('SIGKILL');
    process.once('exit', kill);
    const [code, signal] = await once(this.#child, 'close');
    this.#hasExited = true;
    process.off('exit', kill);
    return { code, signal };
  }

  #keep(text: string): void {
    this.#log = (this.#log + text).slice(-logBytesMax);
  }
}

/** The URL of a server at `host:port`, which has HTTPS if it must be recognized. */
export function toEndpoint(address: string, { tls }: CommandCredentials): string {
  return `${tls === undefined ? 'http' : 'https'}://${address}`;
}

/** Our environment without the variables that change the command's settings. */
export function environment(): NodeJS.ProcessEnv {
  const entries = Object.entries(process.env).filter(([name]) => !name.startsWith('PAXKV_'));
  return Object.fromEntries(entries);
}
