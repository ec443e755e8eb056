/** Runs one server in this process until it is asked to stop. */
import { type Config, ConfigError, DiskError, KvServer, parseConfig } from '@paxkv/kvserver';
import { CliError, type ExitCode, exitCodes } from '../exit-code.ts';
import { type Asked, whenAskedToStop } from '../stop-signal.ts';
import type { Streams } from '../streams.ts';
import { toFlagProblem } from './settings.ts';

/**
 * Resolves after a clean stop, for which `asked` is asked.
 *
 * @throws CliError with a code of its own where the disk refuses or has failed.
 */
export async function runNode(
  settings: object,
  streams: Streams,
  asked: Asked = process,
): Promise<void> {
  const config = checked(settings);
  for (const warning of config.warnings) streams.note(`warning: ${warning}`);
  const askedToStop = whenAskedToStop(asked);
  const server = await start(config);
  await Promise.race([askedToStop, server.stopped]);
  await server.stop();
  const failure = await server.stopped;
  if (failure !== undefined) {
    const message = `node ${config.nodeId} had failed: ${failure.message}`;
    throw new CliError(message, exitCodes.disk, failure);
  }
}

function checked(settings: object): Config {
  try {
    return parseConfig(settings);
  } catch (cause) {
    if (!(cause instanceof ConfigError)) throw cause;
    throw new CliError(cause.problems.map(toFlagProblem), exitCodes.usage, cause);
  }
}

async function start(config: Config): Promise<KvServer> {
  try {
    return await KvServer.start(config);
  } catch (cause) {
    throw new CliError(explain(cause, config), exitCodeOf(cause), cause);
  }
}

/** Everything a start reads and writes is on disk; only the address is not. */
function exitCodeOf(cause: unknown): ExitCode {
  return isListenError(cause) ? exitCodes.failed : exitCodes.disk;
}

function explain(cause: unknown, { listenHost, listenPort }: Config): string {
  if (cause instanceof DiskError) return `${inOneLine(cause.message)} (${cause.code})`;
  if (!(cause instanceof Error)) return String(cause);
  if (!isListenError(cause)) return cause.message;
  const taken = cause.code === 'EADDRINUSE' ? 'another program listens there' : cause.message;
  return `cannot listen on port ${listenPort} of ${listenHost}: ${taken}`;
}

function inOneLine(text: string): string {
  return text.replace(/\s*\n\s*/g, ' ');
}

function isListenError(cause: unknown): cause is NodeJS.ErrnoException {
  return (
    cause instanceof Error &&
    'syscall' in cause &&
    ['listen', 'getaddrinfo'].includes(String(cause.syscall))
  );
}
