/** The plan of a local cluster: addresses, directories and arguments of its nodes. */
import path from 'node:path';
import { peerPortOffset } from '../settings/table.ts';

export interface ClusterPlan {
  readonly dataDirectory: string;
  /** The file of the secret by which the nodes prove themselves to each other. Absent for one node. */
  readonly secretFile: string | undefined;
  /** Whether the nodes offer their console to browsers. */
  readonly hasConsole: boolean;
  readonly nodes: readonly NodePlan[];
}

export interface NodePlan {
  readonly node: number;
  readonly port: number;
  /** Where it listens for the other nodes. Absent if there are none. */
  readonly peerPort: number | undefined;
  readonly endpoint: string;
  readonly logFile: string;
  /** Arguments of this program, from `serve` on. */
  readonly serveArguments: readonly string[];
}

export interface ClusterSize {
  readonly nodeCount: number;
  /** The port of node 0. Node n has this port plus n. */
  readonly firstPort: number;
  readonly dataDirectory: string;
  /** More arguments, the same for each node. Default: none. */
  readonly nodeArguments?: readonly string[];
  /** Default: true. */
  readonly hasConsole?: boolean;
}

export function planCluster(size: ClusterSize): ClusterPlan {
  const { nodeCount, firstPort, dataDirectory, nodeArguments = [], hasConsole = true } = size;
  const ports = Array.from({ length: nodeCount }, (_, node) => firstPort + node);
  const peers = ports.map((port) => `127.0.0.1:${port}`).join(',');
  const secretFile = nodeCount > 1 ? path.join(dataDirectory, 'cluster-secret') : undefined;
  const secret = secretFile === undefined ? [] : ['--cluster-secret-file', secretFile];
  return {
    dataDirectory,
    secretFile,
    hasConsole,
    nodes: ports.map((port, node) => {
      const data = path.join(dataDirectory, `node-${node}`);
      return {
        node,
        port,
        peerPort: nodeCount > 1 ? port + peerPortOffset : undefined,
        endpoint: `http://127.0.0.1:${port}`,
        logFile: `${data}.log`,
        serveArguments: [
          ...['serve', '--node', `${node}`, '--peers', peers, '--data', data],
          ...secret,
          ...nodeArguments,
        ],
      };
    }),
  };
}

export function endpointsOf({ nodes }: ClusterPlan): string {
  return nodes.map(({ endpoint }) => endpoint).join(',');
}
