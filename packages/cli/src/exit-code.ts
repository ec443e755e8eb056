/** Exit codes, the same for every command. Scripts rely on them: they never change meaning. */
import { KvError } from '@paxkv/client';
import { ConfigError, DiskError } from '@paxkv/kvserver';

export const exitCodes = {
  ok: 0,
  /** It was not done; for `get`, also: there is no such key. */
  failed: 1,
  /** The command line makes no sense. */
  usage: 2,
  /** The disk failed, or cannot be trusted. */
  disk: 3,
  /** Nobody knows whether it was done. */
  unknown: 4,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** Ends a command with a message for people and a code for scripts. */
export class CliError extends Error {
  override readonly name = 'CliError';
  readonly exitCode: ExitCode;

  constructor(message: string, exitCode: ExitCode) {
    super(message);
    this.exitCode = exitCode;
  }
}

/** What to print of an error, and how to exit. */
export function describe(error: unknown): { message: string; exitCode: ExitCode } {
  if (error instanceof CliError) return { message: error.message, exitCode: error.exitCode };
  if (error instanceof KvError) {
    const exitCode = error.outcome === 'unknown' ? exitCodes.unknown : exitCodes.failed;
    return { message: `${error.message} (${error.code}, ${error.outcome})`, exitCode };
  }
  if (error instanceof ConfigError) {
    return { message: error.problems.join('\npaxkv: '), exitCode: exitCodes.usage };
  }
  if (error instanceof DiskError) {
    return { message: `${error.message} (${error.code})`, exitCode: exitCodes.disk };
  }
  if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') {
    return {
      message: `${error.message}: another program listens there`,
      exitCode: exitCodes.failed,
    };
  }
  const message = error instanceof Error ? error.message : String(error);
  return { message, exitCode: exitCodes.failed };
}
