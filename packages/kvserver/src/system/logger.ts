/** The log of a server, on standard error: JSON lines for programs, or lines for people. */
import { createRequire } from 'node:module';
import { destination, type Logger, pino, stdTimeFunctions } from 'pino';
import type * as Pretty from 'pino-pretty';
import type { LogFormat, LogLevel } from '../config/settings.ts';

const standardError = 2;

/** What a logger writes, and in which form. */
export interface LogSettings {
  readonly logLevel: LogLevel;
  /** Default `auto`. */
  readonly logFormat?: LogFormat;
}

/**
 * A logger that writes to standard error: one JSON object per line, or a line of text with the same content. Each has
 * the node id of the server as `me`.
 */
export function createLogger({ logLevel, logFormat = 'auto' }: LogSettings, node: number): Logger {
  const isText = logFormat === 'text' || (logFormat === 'auto' && process.stderr.isTTY);
  return pino(
    {
      level: logLevel,
      base: { me: node },
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { error: pino.stdSerializers.err },
    },
    isText ? textLines() : destination({ dest: standardError, sync: true }),
  );
}

/** `12:30:01.250 WARN (node 2) disk takes no writes  reason: "…"`, with colours on a terminal. */
function textLines(): NodeJS.WritableStream {
  // Loaded only here, since it takes a while and most logs are JSON.
  const { PinoPretty }: typeof Pretty = createRequire(import.meta.url)('pino-pretty');
  return PinoPretty({
    destination: standardError,
    sync: true,
    colorize: process.stderr.isTTY,
    translateTime: 'SYS:HH:MM:ss.l',
    singleLine: true,
    ignore: 'me',
    messageFormat: 'node {me}: {msg}',
    errorLikeObjectKeys: ['error'],
  });
}
