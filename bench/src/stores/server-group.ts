/** The processes of one store, on free loopback ports, with a temporary directory for their data. */
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type Command, ServerProcess } from './server-process.ts';

const startMsMax = 40_000;
const pollMs = 50;

export interface GroupPlan {
  /** Used in messages and as the name of the directory. */
  readonly name: string;
  readonly nodeCount: number;
  readonly portsPerNode: number;
  /** How to start a node, given the ports and the directory of each. */
  readonly commandOf: (node: number, setups: readonly NodeSetup[]) => Promise<Command> | Command;
}

export interface NodeSetup {
  readonly ports: readonly number[];
  readonly directory: string;
}

export class ServerGroup {
  readonly setups: readonly NodeSetup[];
  readonly #name: string;
  readonly #directory: string;
  readonly #servers: readonly ServerProcess[];

  private constructor(plan: GroupPlan, directory: string, group: [NodeSetup[], ServerProcess[]]) {
    this.#name = plan.name;
    this.#directory = directory;
    [this.setups, this.#servers] = group;
  }

  /** Resolves when the processes are started; `until` waits until they serve. */
  static async start(plan: GroupPlan): Promise<ServerGroup> {
    const directory = await mkdtemp(join(tmpdir(), `paxkv-bench-${plan.name}-`));
    const ports = await freePorts(plan.nodeCount * plan.portsPerNode);
    const setups = Array.from({ length: plan.nodeCount }, (_, node) => ({
      ports: ports.slice(node * plan.portsPerNode, (node + 1) * plan.portsPerNode),
      directory: join(directory, `node-${node}`),
    }));
    for (const setup of setups) await mkdir(setup.directory);
    const commands = await Promise.all(setups.map((_, node) => plan.commandOf(node, setups)));
    const servers = commands.map((command) => new ServerProcess(command));
    return new ServerGroup(plan, directory, [setups, servers]);
  }

  get nodes(): readonly number[] {
    return [...this.setups.keys()];
  }

  /** A port of a node, by its index. */
  port(node: number, index = 0): number {
    const port = this.setups[node]?.ports[index];
    if (port === undefined) throw new RangeError(`${this.#name} has no port ${index} of ${node}`);
    return port;
  }

  /** `host:port` of the first port of each node. */
  get addresses(): readonly string[] {
    return this.nodes.map((node) => `127.0.0.1:${this.port(node)}`);
  }

  server(node: number): ServerProcess {
    const server = this.#servers[node];
    if (server === undefined) throw new RangeError(`${this.#name} has no node ${node}`);
    return server;
  }

  /** CPU time of all processes since their start. */
  async cpuMs(): Promise<number> {
    const times = await Promise.all(this.#servers.map((server) => server.cpuMs()));
    return times.reduce((sum, ms) => sum + ms, 0);
  }

  /** How long the main threads of all processes were ready to run and got no processor, since their start. */
  async starvedMs(): Promise<number> {
    const times = await Promise.all(this.#servers.map((server) => server.starvedMs()));
    return times.reduce((sum, ms) => sum + ms, 0);
  }

  /** Polls until the check holds. @throws Error with the log if a process ended, or after a timeout */
  async until(isServing: () => Promise<boolean>): Promise<void> {
    const deadlineMs = performance.now() + startMsMax;
    while (!(await isServing().catch(() => false))) {
      const ended = this.#servers.find(({ hasEnded }) => hasEnded);
      if (ended !== undefined || performance.now() > deadlineMs) {
        const { log } = ended ?? this.server(0);
        throw new Error(`${this.#name} does not serve${log === '' ? '' : `:\n${log}`}`);
      }
      await delay(pollMs);
    }
  }

  /** Stops the processes and deletes their data. */
  async stop(): Promise<void> {
    for (const server of this.#servers) server.signal('SIGCONT');
    await Promise.all(this.#servers.map((server) => server.stop()));
    await rm(this.#directory, { recursive: true, force: true });
  }
}

/** Below the range of ephemeral ports, so that no outgoing connection takes a port in the meantime. */
const portMin = 16_000;
const portMax = 32_000;

/** Ports that were free a moment ago. */
async function freePorts(count: number): Promise<readonly number[]> {
  const ports = new Set<number>();
  while (ports.size < count) {
    const port = randomInt(portMin, portMax);
    if (await isFree(port)) ports.add(port);
  }
  return [...ports];
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer().listen(port, '127.0.0.1');
  try {
    await once(server, 'listening');
  } catch {
    return false;
  }
  await once(server.close(), 'close');
  return true;
}
