/**
 * What a node keeps beside its memory and its state, to save work: the log window, the history and a recording. A node
 * that loses any of them serves as well as one with it.
 */
import { join } from 'node:path';
import type { Logger } from 'pino';
import type { Config } from './config/settings.ts';
import { type DataDirectory, HistoryLog, LogWindow, NodeAppendFiles } from './storage/index.ts';
import { systemClock } from './system/clock.ts';
import { FlightRecorder } from './trace/flight-recorder.ts';
import { traceDirectory } from './trace/recording.ts';

interface FileOptions {
  readonly config: Config;
  readonly logger: Logger;
}

/** Opens the recording, if there is to be one. `undefined` if it cannot be opened. */
export async function openFlightRecorder({
  config,
  logger,
}: FileOptions): Promise<FlightRecorder | undefined> {
  if (!config.trace) return undefined;
  const onFailed = (error: unknown) => logger.warn({ error }, 'the flight recorder has stopped');
  try {
    return await FlightRecorder.open({
      directory: traceDirectory(config.dataDirectory),
      bytesMax: config.limits.traceBytesMax,
      now: systemClock.now,
      onFailed,
    });
  } catch (error) {
    onFailed(error);
    return undefined;
  }
}

/** The journal's lock keeps other processes out of its directory, and out of that of the history. */
export function openLogWindow(
  { config, logger }: FileOptions,
  { identity }: Pick<DataDirectory, 'identity'>,
): Promise<LogWindow> {
  const { dataDirectory, limits } = config;
  return LogWindow.open({
    files: new NodeAppendFiles(join(dataDirectory, 'log-window')),
    owner: identity.name,
    clock: systemClock,
    bytesMax: limits.logWindowBytesMax,
    msMax: limits.logWindowMsMax,
    onDropped: (reason) => logger.warn({ reason }, 'log window dropped or shortened'),
  });
}

export function openHistory({ config, logger }: FileOptions): HistoryLog {
  const { dataDirectory, limits } = config;
  return new HistoryLog({
    files: new NodeAppendFiles(join(dataDirectory, 'history')),
    bytesMax: limits.recentChangesBytesMax,
    onFailed: (error) => logger.warn({ error }, 'history not kept on disk for now'),
  });
}
