/** A node that is started, waited for, measured and killed. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

const pollMs = 10;
const readyMsMax = 120_000;
/** The unit of times in `/proc`. */
const tickMs = 10;

export interface RestartNodeOptions {
  /** The compiled `paxkv` command. */
  readonly path: string;
  readonly data: string;
  readonly addresses: readonly string[];
  readonly node: number;
}

export interface Restarted {
  /** Time from the start of the process until `/readyz` said 200. */
  readonly readyMs: number;
  /** Processor time of the process until then. */
  readonly processorMs: number;
  /** The most memory that was resident until then. */
  readonly peakBytes: number;
}

export class RestartNode {
  readonly #child: ChildProcess;
  readonly #address: string;
  readonly #startMs = performance.now();

  constructor({ path, data, addresses, node }: RestartNodeOptions) {
    this.#address = addresses[node] ?? '';
    const args = [
      '--node',
      `${node}`,
      '--peers',
      addresses.join(','),
      '--data',
      join(data, `${node}`),
    ];
    const secretFile = join(data, 'cluster-secret');
    writeFileSync(secretFile, `${'secret-of-the-measurement'.repeat(2)}\n`, { mode: 0o600 });
    this.#child = spawn(process.execPath, [path, 'serve', ...args, '--log-level', 'error'], {
      stdio: ['ignore', 'ignore', 'inherit'],
      // By the environment, since earlier versions know no such flag.
      env: { ...process.env, PAXKV_CLUSTER_SECRET_FILE: secretFile },
    });
  }

  /** @throws Error if it is not ready in time. */
  async ready(): Promise<Restarted> {
    while (!(await this.#isReady())) {
      if (this.#child.exitCode !== null) throw new Error('a node has ended');
      if (performance.now() - this.#startMs > readyMsMax) throw new Error('a node is not ready');
      await pause(pollMs);
    }
    return { readyMs: performance.now() - this.#startMs, ...this.#costs() };
  }

  async kill(): Promise<void> {
    const exited = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await exited;
  }

  async #isReady(): Promise<boolean> {
    try {
      const response = await fetch(`http://${this.#address}/readyz`);
      await response.text();
      return response.ok;
    } catch {
      return false;
    }
  }

  #costs(): Pick<Restarted, 'processorMs' | 'peakBytes'> {
    const read = (name: string) => readFileSync(`/proc/${this.#child.pid}/${name}`, 'utf8');
    const peak = /^VmHWM:\s+(\d+) kB/m.exec(read('status'))?.[1];
    const [user, system] = read('stat').split(') ')[1]?.split(' ').slice(11, 13) ?? [];
    return {
      processorMs: (Number(user) + Number(system)) * tickMs,
      peakBytes: Number(peak) * 1024,
    };
  }
}

export async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'));
  await Promise.all(servers.map((server) => once(server, 'listening')));
  const ports = servers.map((server) => {
    const address = server.address();
    if (typeof address !== 'object' || address === null) throw new Error('no port');
    return address.port;
  });
  await Promise.all(servers.map((server) => once(server.close(), 'close')));
  return ports;
}
