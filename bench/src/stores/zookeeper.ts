/** Three ZooKeeper nodes as packaged by Debian. Reads are local: a node answers from its own state. */
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import type { Target } from 'paxkv/internal/bench/workload/traffic';
import { type NodeSetup, ServerGroup } from './server-group.ts';
import { type Connections, type Store, type StoreClient, targetAt, type Use } from './store.ts';
import { noNode, ZooKeeperError, ZooKeeperSession } from './zookeeper-wire.ts';

const java = '/usr/bin/java';
const jar = '/usr/share/java/zookeeper.jar';
const mainClass = 'org.apache.zookeeper.server.quorum.QuorumPeerMain';

export class ZooKeeperStore implements Store {
  readonly name = 'ZooKeeper';
  readonly group: ServerGroup;
  readonly clients: readonly StoreClient[];
  readonly httpClients = [];

  private constructor(group: ServerGroup) {
    this.group = group;
    this.clients = [{ name: 'pipelined session', open: (use) => this.#open(use) }];
  }

  static isPresent(): boolean {
    return existsSync(java) && existsSync(jar);
  }

  static async start(nodeCount: number): Promise<ZooKeeperStore> {
    const plan = { name: 'zookeeper', nodeCount, portsPerNode: 3, commandOf: toCommand };
    const store = new ZooKeeperStore(await ServerGroup.start(plan));
    try {
      await store.ready();
      return store;
    } catch (error) {
      await store.group.stop();
      throw error;
    }
  }

  async leader(): Promise<number | undefined> {
    const modes = await Promise.all(this.#ports.map(modeOf));
    const node = modes.indexOf('leader');
    return node < 0 ? undefined : node;
  }

  ready(): Promise<void> {
    return this.group.until(async () => {
      const modes = await Promise.all(this.#ports.map(modeOf));
      return modes.every((mode) => mode === 'leader' || mode === 'follower');
    });
  }

  get #ports(): number[] {
    return this.group.nodes.map((node) => this.group.port(node));
  }

  /** One session at the leader; for gets one at each node. */
  async #open(use: Use): Promise<Connections> {
    const leader = use === 'puts' ? await this.leader() : undefined;
    const ports = leader === undefined ? this.#ports : [this.group.port(leader)];
    const sessions = await Promise.all(ports.map((port) => ZooKeeperSession.open(port)));
    const targets = sessions.map(toTarget);
    return {
      ofLane: (lane) => targetAt(targets, lane),
      close: async () => {
        for (const session of sessions) session.close();
      },
    };
  }
}

/** `leader`, `follower`, or `undefined` while it does not serve. */
async function modeOf(port: number): Promise<string | undefined> {
  const socket = connect(port, '127.0.0.1');
  socket.write('srvr');
  return /^Mode: (\w+)$/m.exec(await text(socket))?.[1];
}

async function toCommand(node: number, setups: readonly NodeSetup[]) {
  const { directory = '', ports = [] } = setups[node] ?? {};
  const lines = [
    'tickTime=2000',
    'initLimit=10',
    'syncLimit=5',
    'maxClientCnxns=0',
    'admin.enableServer=false',
    '4lw.commands.whitelist=srvr',
    'clientPortAddress=127.0.0.1',
    `dataDir=${directory}`,
    `clientPort=${ports[0]}`,
    ...setups.map(({ ports: [, peer, vote] }, id) => `server.${id + 1}=127.0.0.1:${peer}:${vote}`),
  ];
  await writeFile(`${directory}/zoo.cfg`, `${lines.join('\n')}\n`);
  await writeFile(`${directory}/myid`, `${node + 1}\n`);
  return { program: java, args: ['-cp', jar, mainClass, `${directory}/zoo.cfg`] };
}

function toTarget(session: ZooKeeperSession): Target {
  return {
    put: async (key, value) => {
      try {
        await session.setData(`/${key}`, value);
      } catch (error) {
        if (!isAbsence(error)) throw error;
        await session.create(`/${key}`, value);
      }
    },
    get: async (key) => {
      try {
        await session.getData(`/${key}`);
        return true;
      } catch (error) {
        if (!isAbsence(error)) throw error;
        return false;
      }
    },
  };
}

function isAbsence(error: unknown): boolean {
  return error instanceof ZooKeeperError && error.code === noNode;
}
