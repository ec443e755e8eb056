/**
 * Exit codes, the same for every command. Scripts rely on them: they never change meaning. They keep
 * what was not done apart from what nobody knows.
 */
import { KvError } from '@paxkv/client';

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

export const exitCodeHelp = `
Exit codes:
  0  done
  1  not done; get: no such key; status: no server answers
  2  the command line makes no sense
  3  the disk failed, or cannot be trusted
  4  nobody knows whether it was done: read before you write again`;

/** Ends a command with messages for people, a line each, and a code for scripts. */
export class CliError extends Error {
  override readonly name = 'CliError';
  readonly lines: readonly string[];
  readonly exitCode: ExitCode;

  constructor(message: string | readonly string[], exitCode: ExitCode, cause?: unknown) {
    const lines = typeof message === 'string' ? [message] : message;
    super(lines.join('\n'), cause === undefined ? undefined : { cause });
    this.lines = lines;
    this.exitCode = exitCode;
  }
}

/** What to print of an error, and how to exit. */
export function describe(error: unknown): { lines: readonly string[]; exitCode: ExitCode } {
  if (error instanceof CliError) return error;
  if (error instanceof KvError) {
    const exitCode = error.outcome === 'unknown' ? exitCodes.unknown : exitCodes.failed;
    return { lines: [`${error.message} (${error.code}, ${error.outcome})`], exitCode };
  }
  if (!(error instanceof Error)) return { lines: [String(error)], exitCode: exitCodes.failed };
  // The system's errors explain themselves; of a defect the place is what helps.
  const text = 'code' in error ? error.message : (error.stack ?? error.message);
  return { lines: [text], exitCode: exitCodes.failed };
}
