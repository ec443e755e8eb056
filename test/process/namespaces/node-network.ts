/**
 * A network of its own for each node: network namespaces that are joined by a bridge, which has a namespace too, so
 * that nothing of the machine changes but one link to it. Linux only; it needs root and the command `ip`.
 */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { Missing } from '../../faults/disk/shim-library.ts';

const run = promisify(execFile);

/** Addresses for tests of networks (RFC 2544), one subnet for each process of the tests. */
const subnet = `198.18.${process.pid % 256}`;
const nameOf = (part: string) => `pkv${process.pid % 100_000}${part}`;
const hub = nameOf('hub');
const uplink = nameOf('up');

/** What is cut: all packets of a node, those that it would receive, or those that it would send. */
export type Cut = 'both' | 'inbound' | 'outbound';

export class NodeNetwork {
  readonly #namespaces: string[] = [];

  /** @throws Missing where namespaces may not be made */
  static async create(nodeCount: number): Promise<NodeNetwork> {
    const network = new NodeNetwork();
    try {
      await network.#add(hub);
      await inside(hub, 'link', 'add', 'name', 'br0', 'type', 'bridge');
      await inside(hub, 'link', 'set', 'br0', 'up');
      for (let node = 0; node < nodeCount; node += 1) await network.#join(node);
      await network.#joinMachine();
      return network;
    } catch (cause) {
      await network.close();
      throw new Missing('network namespaces cannot be made, which needs root and ip', { cause });
    }
  }

  hostOf(node: number): string {
    return `${subnet}.${node + 1}`;
  }

  /** The words that run a command in the network of the node. */
  placeOf(node: number): string[] {
    return ['ip', 'netns', 'exec', namespaceOf(node)];
  }

  /** Cuts a node off from all others, until `heal`. */
  async cut(node: number, what: Cut): Promise<void> {
    if (what === 'both') await inside(hub, 'link', 'set', linkOf(node), 'down');
    else if (what === 'inbound') await drop(hub, linkOf(node));
    else await drop(namespaceOf(node), 'eth0');
  }

  async heal(node: number, what: Cut): Promise<void> {
    if (what === 'both') await inside(hub, 'link', 'set', linkOf(node), 'up');
    else if (what === 'inbound') await passAgain(hub, linkOf(node));
    else await passAgain(namespaceOf(node), 'eth0');
  }

  /** Called when no process runs in the network any more. Never rejects. */
  async close(): Promise<void> {
    await run('ip', ['link', 'del', uplink]).catch(() => {});
    for (const name of this.#namespaces.splice(0)) {
      await run('ip', ['netns', 'del', name]).catch(() => {});
    }
  }

  async #add(name: string): Promise<void> {
    await run('ip', ['netns', 'add', name]);
    this.#namespaces.push(name);
  }

  async #join(node: number): Promise<void> {
    const name = namespaceOf(node);
    await this.#add(name);
    const link = linkOf(node);
    await inside(hub, 'link', 'add', link, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', name);
    await inside(hub, 'link', 'set', link, 'master', 'br0', 'up');
    await inside(name, 'addr', 'add', `${this.hostOf(node)}/24`, 'dev', 'eth0');
    await inside(name, 'link', 'set', 'eth0', 'up');
    await inside(name, 'link', 'set', 'lo', 'up');
  }

  /** The clients of the tests run on the machine. */
  async #joinMachine(): Promise<void> {
    await run('ip', [
      'link',
      'add',
      uplink,
      'type',
      'veth',
      'peer',
      'name',
      'machine',
      'netns',
      hub,
    ]);
    await inside(hub, 'link', 'set', 'machine', 'master', 'br0', 'up');
    await run('ip', ['addr', 'add', `${subnet}.254/24`, 'dev', uplink]);
    await run('ip', ['link', 'set', uplink, 'up']);
  }
}

function namespaceOf(node: number): string {
  return nameOf(`n${node}`);
}

/** The end of the node's link at the bridge. */
function linkOf(node: number): string {
  return `node${node}`;
}

async function inside(namespace: string, ...words: readonly string[]): Promise<void> {
  await run('ip', ['-n', namespace, ...words]);
}

/** Drops every packet that leaves by the link. */
async function drop(namespace: string, link: string): Promise<void> {
  await run('tc', ['-n', namespace, 'qdisc', 'replace', 'dev', link, 'root', 'blackhole']);
}

async function passAgain(namespace: string, link: string): Promise<void> {
  await run('tc', ['-n', namespace, 'qdisc', 'del', 'dev', link, 'root']);
}
