/** The log of a server: JSON lines on standard error. */
import { destination, type Logger, pino, stdTimeFunctions } from 'pino';
import type { LogLevel } from '../config/settings.ts';

const standardError = 2;

/** A logger that writes one JSON object per line to standard error. Each has the node id of the server as `me`. */
export function createLogger(level: LogLevel, node: number): Logger {
  return pino(
    {
      level,
      base: { me: node },
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { error: pino.stdSerializers.err },
    },
    destination({ dest: standardError, sync: true }),
  );
}
