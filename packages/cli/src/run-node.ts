/** Runs one node in this process until it is asked to stop: settings, start, errors. */
import {
  type Config,
  ConfigError,
  DiskError,
  KvServer,
  parseConfig,
  StateError,
} from '@paxkv/kvserver';
import { CliError, messageOf } from './cli-error.ts';
import { listenForStop, type SignalSource } from './stop-signal.ts';
import type { Streams } from './streams.ts';

export interface NodeOptions {
  readonly node: number;
  readonly peers: string;
  readonly data: string;
  readonly cluster: string;
  readonly host?: string;
  readonly port?: number;
  readonly insecure?: boolean;
  /** In bytes. */
  readonly logBudget?: number;
  readonly featureLevelMax?: number;
  readonly console?: boolean;
  readonly trace?: boolean;
  /** In bytes. */
  readonly logWindow?: number;
  readonly logLevel: string;
}

/** The option that each setting of the server comes from. */
const flags: Readonly<Record<string, string>> = {
  nodeId: '--node',
  clusterId: '--cluster',
  addresses: '--peers',
  dataDirectory: '--data',
  listenHost: '--host',
  listenPort: '--port',
  insecure: '--insecure',
  featureLevelMax: '--feature-level-max',
  console: '--no-console',
  trace: '--trace',
  logLevel: '--log-level',
};

/**
 * Resolves after a clean stop.
 *
 * @throws CliError `CLI_USAGE` for invalid settings, `CLI_PORT` if the node cannot listen, and the code of
 * the error if its data cannot be used, its disk fails, or its version does not fit the cluster.
 */
export async function runNode(
  settings: object,
  streams: Streams,
  source: SignalSource = process,
): Promise<void> {
  const config = checked(settings);
  for (const warning of config.warnings) streams.note(`warning: ${warning}`);
  const stop = listenForStop(source);
  try {
    const server = await start(config);
    await Promise.race([stop.requested, server.stopped]);
    await server.stop();
    const failure = await server.stopped;
    if (failure !== undefined) throw toDiskError(failure, `node ${config.nodeId} failed: `);
  } finally {
    stop.close();
  }
}

/** The server checks the settings; nothing is checked here. */
export function toSettings(options: NodeOptions): object {
  return {
    nodeId: options.node,
    clusterId: options.cluster,
    // An empty part is kept, since dropping it would change the ids of the nodes after it.
    addresses: options.peers.split(',').map((address) => address.trim()),
    dataDirectory: options.data,
    ...(options.host !== undefined && { listenHost: options.host }),
    ...(options.port !== undefined && { listenPort: options.port }),
    insecure: options.insecure ?? false,
    limits: {
      ...(options.logBudget !== undefined && { logBytesMax: options.logBudget }),
      ...(options.logWindow !== undefined && { logWindowBytesMax: options.logWindow }),
    },
    ...(options.featureLevelMax !== undefined && { featureLevelMax: options.featureLevelMax }),
    console: options.console ?? true,
    trace: options.trace ?? false,
    logLevel: options.logLevel,
  };
}

/** Names the option instead of the setting: `nodeId: 3 is not …` becomes `--node: 3 is not …`. */
export function toFlagProblem(problem: string): string {
  return problem.replace(/^(\w+)(?:\.\d+)?:/, (start, name: string) => {
    const flag = flags[name];
    return flag === undefined ? start : `${flag}:`;
  });
}

function checked(settings: object): Config {
  try {
    return parseConfig(settings);
  } catch (cause) {
    if (!(cause instanceof ConfigError)) throw cause;
    throw new CliError('CLI_USAGE', cause.problems.map(toFlagProblem), { cause });
  }
}

async function start(config: Config): Promise<KvServer> {
  try {
    return await KvServer.start(config);
  } catch (cause) {
    // A start reads and writes the disk and listens; nothing else in it can fail.
    throw isListenError(cause) ? toPortError(cause, config) : toDiskError(cause, '');
  }
}

function isListenError(cause: unknown): cause is NodeJS.ErrnoException {
  return (
    cause instanceof Error &&
    'syscall' in cause &&
    ['listen', 'getaddrinfo'].includes(String(cause.syscall))
  );
}

function toPortError(cause: NodeJS.ErrnoException, { listenHost, listenPort }: Config): CliError {
  const reason =
    cause.code === 'EADDRINUSE'
      ? 'another program listens there; stop it, or choose another --port'
      : cause.message;
  const message = `cannot listen on port ${listenPort} of ${listenHost}: ${reason}`;
  return new CliError('CLI_PORT', message, { cause });
}

function toDiskError(cause: unknown, prefix: string): CliError {
  if (!(cause instanceof DiskError || cause instanceof StateError)) {
    return new CliError('CLI_DATA', `${prefix}${messageOf(cause)}`, { cause });
  }
  const message = `${prefix}${cause.message.replace(/\s*\n\s*/g, ' ')} (${cause.code})`;
  return new CliError(cause.code, message, { cause });
}
