/** A cluster of three, each node in a network of its own, in which everybody proves himself. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type CommandResult, runCommand } from '../command.ts';
import { ProcessCluster } from '../process-cluster.ts';
import { ClusterCredentials, type NodeFiles, rootToken } from './cluster-credentials.ts';
import { NodeNetwork } from './node-network.ts';

const run = promisify(execFile);
const nodeCount = 3;
/** The place after those of the nodes, where none of them runs. */
const elsewhere = nodeCount;
const falsePeer = fileURLToPath(new URL('false-peer.js', import.meta.url));
const reloadMsMax = 10_000;
const pollMs = 20;

/** The files with which a process passes for a node. */
export interface FalsePeerFiles {
  readonly secret: string;
  readonly key: string;
  readonly cert: string;
  readonly ca: string;
}

export class SecuredCluster {
  readonly network: NodeNetwork;
  readonly credentials: ClusterCredentials;
  readonly nodes: ProcessCluster;
  readonly #directory: string;

  private constructor(network: NodeNetwork, secrets: Secrets, nodes: ProcessCluster) {
    this.network = network;
    this.#directory = secrets.directory;
    this.credentials = secrets.credentials;
    this.nodes = nodes;
  }

  /**
   * @param versionOf Added to the environment of a node when it starts
   * @throws Missing where namespaces may not be made
   */
  static async start(versionOf: (node: number) => NodeJS.ProcessEnv): Promise<SecuredCluster> {
    const network = await NodeNetwork.create(nodeCount + 1);
    const directory = await mkdtemp(join(tmpdir(), 'paxkv-namespaces-'));
    try {
      const hosts = Array.from({ length: nodeCount }, (_, node) => network.hostOf(node));
      const credentials = await ClusterCredentials.make(directory, hosts);
      for (const node of hosts.keys())
        await credentials.install(node, { known: ['first'], signer: 'first' });
      const ca = await credentials.authorities('first', 'second');
      const nodes = await ProcessCluster.start({
        nodeCount,
        hostOf: (node) => network.hostOf(node),
        placeOf: (node) => network.placeOf(node),
        environmentOf: (node) => ({ ...credentials.environmentOf(node), ...versionOf(node) }),
        credentials: () => ({ token: rootToken, tls: { ca } }),
      });
      return new SecuredCluster(network, { directory, credentials }, nodes);
    } catch (error) {
      await network.close();
      await rm(directory, { recursive: true });
      throw error;
    }
  }

  /** Runs `paxkv` with the root token, or with other credentials. */
  command(words: readonly string[], more: NodeJS.ProcessEnv = {}): Promise<CommandResult> {
    return runCommand(this.nodes.endpoints, words, { more: { ...this.#root, ...more } });
  }

  /** Runs `paxkv` in the network where no node is, without a token. */
  commandElsewhere(words: readonly string[], more: NodeJS.ProcessEnv): Promise<CommandResult> {
    const { PAXKV_CA_FILE } = this.#root;
    const place = this.network.placeOf(elsewhere);
    return runCommand(this.nodes.endpoints, words, { more: { PAXKV_CA_FILE, ...more }, place });
  }

  /** Passes for a node in that network, and resolves with what came of it. */
  async passForNode(node: number, { secret, key, cert, ca }: FalsePeerFiles): Promise<string> {
    const addresses = this.nodes.peerAddresses.join(',');
    const words = [falsePeer, `${node}`, addresses, secret, key, cert, ca];
    const [program = '', ...place] = this.network.placeOf(elsewhere);
    return (await run(program, [...place, process.execPath, ...words])).stdout;
  }

  /** Gives one node after the other these files; each has read them when the next one gets its own. */
  async change(files: NodeFiles): Promise<void> {
    for (const node of this.nodes.nodes) {
      const readCount = this.#readCount;
      await this.credentials.install(node, files);
      this.nodes.reload(node);
      const deadlineMs = performance.now() + reloadMsMax;
      while (this.#readCount === readCount) {
        if (performance.now() > deadlineMs) throw new Error(`node ${node} did not read its files`);
        await pause(pollMs);
      }
      await this.allReady();
    }
  }

  async leader(): Promise<number> {
    for (;;) {
      const { leader } = await this.nodes.status(0);
      if (leader !== null) return leader;
      await pause(pollMs);
    }
  }

  allReady(): Promise<void> {
    return this.nodes.ready(...this.nodes.nodes);
  }

  async close(): Promise<void> {
    await this.nodes.close();
    await this.network.close();
    await rm(this.#directory, { recursive: true });
  }

  get #root(): NodeJS.ProcessEnv {
    return {
      PAXKV_CA_FILE: this.credentials.pathOf('first', 'ca.pem'),
      PAXKV_TOKEN_FILE: this.credentials.rootTokenFile,
    };
  }

  /** How often nodes have taken other files. */
  get #readCount(): number {
    return this.nodes.log.split('certificates were read again').length;
  }
}

interface Secrets {
  readonly directory: string;
  readonly credentials: ClusterCredentials;
}
