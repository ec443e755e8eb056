/** From the flags of `serve` to the settings of a server, and back to flags in its complaints. */

export interface ServeOptions {
  readonly node: number;
  readonly peers: string;
  readonly data: string;
  readonly cluster: string;
  readonly host?: string;
  readonly port?: number;
  readonly insecure?: boolean;
  readonly logLevel: string;
}

const flags: Readonly<Record<string, string>> = {
  nodeId: '--node',
  clusterId: '--cluster',
  addresses: '--peers',
  dataDirectory: '--data',
  listenHost: '--host',
  listenPort: '--port',
  insecure: '--insecure',
  logLevel: '--log-level',
};

/** What the server checks; nothing is checked here. */
export function toSettings(options: ServeOptions): object {
  return {
    nodeId: options.node,
    clusterId: options.cluster,
    // An empty part is kept, for to drop it would give the nodes behind it other ids.
    addresses: options.peers.split(',').map((address) => address.trim()),
    dataDirectory: options.data,
    ...(options.host !== undefined && { listenHost: options.host }),
    ...(options.port !== undefined && { listenPort: options.port }),
    insecure: options.insecure ?? false,
    logLevel: options.logLevel,
  };
}

/** `nodeId: 3 is not …` as `--node: 3 is not …`, which is how the person called it. */
export function toFlagProblem(problem: string): string {
  return problem.replace(/^(\w+)(?:\.\d+)?:/, (start, name: string) => {
    const flag = flags[name];
    return flag === undefined ? start : `${flag}:`;
  });
}
