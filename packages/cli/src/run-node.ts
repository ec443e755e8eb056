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
import { type CredentialFiles, reloadCredentials } from './credential-reload.ts';
import type { EffectiveSettings } from './settings/effective-settings.ts';
import { toPlaceProblem, toServerSettings } from './settings/server-settings.ts';
import type { SettingTable } from './settings/setting.ts';
import { listenForStop, type SignalSource } from './stop-signal.ts';
import type { Streams } from './streams.ts';

/** What a node gets from outside besides its settings. */
export interface NodeSurroundings {
  /** The files of its credentials, which may change while it runs. */
  readonly credentials?: CredentialFiles | undefined;
  readonly source?: SignalSource;
}

/**
 * Resolves after a clean stop.
 *
 * @throws CliError `CLI_PORT` if the node cannot listen, and the code of the error if its data cannot be used, its
 * disk fails, or its version does not fit the cluster.
 */
export async function runNode(
  config: Config,
  streams: Streams,
  { credentials, source = process }: NodeSurroundings = {},
): Promise<void> {
  for (const warning of config.warnings) streams.note(`warning: ${warning}`);
  const stop = listenForStop(source);
  try {
    const server = await start(config);
    const endReload = credentials && reloadCredentials(server, credentials, streams);
    await Promise.race([stop.requested, server.stopped]);
    endReload?.();
    await server.stop();
    const failure = await server.stopped;
    if (failure !== undefined) throw toDiskError(failure, `node ${config.nodeId} failed: `);
  } finally {
    stop.close();
  }
}

/**
 * The settings of a node, checked by the server and completed with its defaults.
 *
 * @throws CliError `CLI_USAGE`, with a line for each thing that is wrong, which names the place where it was given.
 */
export function checkedConfig<T extends SettingTable>(
  settings: EffectiveSettings<T>,
  serverSettings = toServerSettings(settings),
): Config {
  try {
    return parseConfig(serverSettings);
  } catch (cause) {
    if (!(cause instanceof ConfigError)) throw cause;
    const lines = cause.problems.map((problem) => toPlaceProblem(problem, settings));
    throw new CliError('CLI_USAGE', lines, { cause });
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

function toPortError(
  cause: NodeJS.ErrnoException & { readonly port?: number },
  config: Config,
): CliError {
  // A server without others listens for none, although it has a port for them.
  const hasPeers = config.addresses.length > 1;
  const isForPeers = hasPeers && cause.port !== undefined && cause.port === config.peerListenPort;
  const option = isForPeers ? '--peer-addresses' : '--port';
  const reason =
    cause.code === 'EADDRINUSE'
      ? `another program listens there; stop it, or choose another ${option}`
      : cause.message;
  const { listenHost, listenPort, peerListenHost, peerListenPort } = config;
  const [host, port] = isForPeers ? [peerListenHost, peerListenPort] : [listenHost, listenPort];
  const message = `cannot listen on port ${port} of ${host}: ${reason}`;
  return new CliError('CLI_PORT', message, { cause });
}

function toDiskError(cause: unknown, prefix: string): CliError {
  if (!(cause instanceof DiskError || cause instanceof StateError)) {
    return new CliError('CLI_DATA', `${prefix}${messageOf(cause)}`, { cause });
  }
  const message = `${prefix}${cause.message.replace(/\s*\n\s*/g, ' ')} (${cause.code})`;
  return new CliError(cause.code, message, { cause });
}
