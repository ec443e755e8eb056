/** What a local cluster consists of, before any of it exists: addresses, directories, arguments. */
import path from 'node:path';

export interface ClusterPlan {
  readonly dataDirectory: string;
  readonly nodes: readonly NodePlan[];
}

export interface NodePlan {
  readonly node: number;
  readonly port: number;
  readonly endpoint: string;
  readonly logFile: string;
  /** Of `paxkv`, from `serve` on. */
  readonly serveArguments: readonly string[];
}

export interface ClusterSize {
  readonly nodeCount: number;
  /** Port of node 0; the others follow. */
  readonly firstPort: number;
  readonly dataDirectory: string;
}

export function planCluster({ nodeCount, firstPort, dataDirectory }: ClusterSize): ClusterPlan {
  const ports = Array.from({ length: nodeCount }, (_, node) => firstPort + node);
  const peers = ports.map((port) => `127.0.0.1:${port}`).join(',');
  return {
    dataDirectory,
    nodes: ports.map((port, node) => {
      const data = path.join(dataDirectory, `node-${node}`);
      return {
        node,
        port,
        endpoint: `http://127.0.0.1:${port}`,
        logFile: `${data}.log`,
        serveArguments: ['serve', '--node', `${node}`, '--peers', peers, '--data', data],
      };
    }),
  };
}

export function endpointsOf({ nodes }: ClusterPlan): string {
  return nodes.map(({ endpoint }) => endpoint).join(',');
}
