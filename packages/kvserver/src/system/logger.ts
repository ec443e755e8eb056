/** The log of a server: one JSON object a line, to standard error. Lines name their server `me`. */
import { destination, type Logger, pino, stdTimeFunctions } from 'pino';
import type { LogLevel } from '../config/settings.ts';

const standardError = 2;

/** A log of one JSON object a line on standard error. Each line names the server as `me`. */
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
