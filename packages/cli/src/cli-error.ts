/**
 * How a command ends: exit codes for scripts, and errors whose stable code states whether the command
 * took effect. Neither an exit code nor an error code ever changes its meaning.
 */
import { KvError, type KvErrorCode, type Outcome } from '@paxkv/protocol';

export const exitCodes = {
  ok: 0,
  /** The command did not take effect. */
  failed: 1,
  /** The command line is wrong. Nothing was attempted. */
  usage: 2,
  /** A data directory cannot be used, or its disk failed. */
  disk: 3,
  /** The command may have taken effect. */
  unknown: 4,
  /** `get`: the cluster answered that the key does not exist. */
  absent: 5,
  /** The command took effect, but its result could not be written. */
  unprinted: 6,
  /** The condition of a write did not hold. */
  condition: 7,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

export const exitCodeHelp = `
Exit codes:
  0  success
  1  not done, for example because no server could be reached
  2  usage error: the command line is wrong
  3  a data directory cannot be used, or its disk failed
  4  unknown whether it was done: read before you write again
  5  get: the key does not exist
  6  done, but the result could not be written, or is gone
  7  not done, since the condition of the write does not hold`;

/** The errors of the command itself, each with its outcome and exit code. */
const cliErrors = {
  CLI_USAGE: { outcome: 'not done', exitCode: exitCodes.usage },
  /** Standard input cannot be read. */
  CLI_INPUT: { outcome: 'not done', exitCode: exitCodes.failed },
  /** A port cannot be listened on. */
  CLI_PORT: { outcome: 'not done', exitCode: exitCodes.failed },
  /** The data directory of a local cluster does not fit the cluster that is asked for. */
  CLI_DATA: { outcome: 'not done', exitCode: exitCodes.disk },
  /** A node of a local cluster did not start, or all of them ended. */
  CLI_NODE_ENDED: { outcome: 'not done', exitCode: exitCodes.failed },
  /** What a command is to change is not in the auth table. */
  CLI_AUTH: { outcome: 'not done', exitCode: exitCodes.failed },
  /** No server answered. */
  CLI_NO_ANSWER: { outcome: 'not done', exitCode: exitCodes.failed },
  /** `health`: a server is not ready. */
  CLI_NOT_READY: { outcome: 'not done', exitCode: exitCodes.failed },
  /** The server records no trace, or cannot send it. */
  CLI_NO_TRACE: { outcome: 'not done', exitCode: exitCodes.failed },
  /** A file cannot be read, or not be written. */
  CLI_FILE: { outcome: 'not done', exitCode: exitCodes.failed },
  /** `backup`: no server gives a complete one. */
  CLI_NO_BACKUP: { outcome: 'not done', exitCode: exitCodes.failed },
  /** `lock`: the time of `--wait` was over before the lock was held. */
  CLI_LOCK_WAIT: { outcome: 'not done', exitCode: exitCodes.failed },
  /** `lock`, `elect`: the program cannot be started. */
  CLI_PROGRAM: { outcome: 'not done', exitCode: exitCodes.failed },
  /** `verify`, `restore`: the file is no backup, or not of a version that is known here. */
  BACKUP_UNKNOWN_FORMAT: { outcome: 'not done', exitCode: exitCodes.failed },
  BACKUP_INCOMPLETE: { outcome: 'not done', exitCode: exitCodes.failed },
  BACKUP_DAMAGED: { outcome: 'not done', exitCode: exitCodes.failed },
  /** `--if-revision`, `--if-absent`, `--if-value`: the condition does not hold. */
  CLI_CONDITION: { outcome: 'not done', exitCode: exitCodes.condition },
  /** The result could not be written to standard output or to a file. */
  CLI_OUTPUT: { outcome: 'done', exitCode: exitCodes.unprinted },
  /** A defect of this program. */
  CLI_INTERNAL: { outcome: 'unknown', exitCode: exitCodes.unknown },
  KV_NO_SUCH_KEY: { outcome: 'done', exitCode: exitCodes.absent },
} as const satisfies Record<string, { outcome: Outcome; exitCode: ExitCode }>;

/** `DISK_…` and `STATE_…` are the codes of the server's own errors; see packages/kvserver/README.md. */
type ServerErrorCode = `DISK_${string}` | `STATE_${string}`;

export type CliErrorCode = keyof typeof cliErrors | ServerErrorCode;

/** Ends a command with a message of one or more lines. */
export class CliError extends Error {
  override readonly name = 'CliError';
  readonly code: CliErrorCode;
  readonly lines: readonly string[];
  readonly outcome: Outcome;
  readonly exitCode: ExitCode;

  /** `exitCode`: by default that of `code`; a caller that knows more may pass another. */
  constructor(
    code: CliErrorCode,
    message: string | readonly string[],
    details: { readonly cause?: unknown; readonly exitCode?: ExitCode } = {},
  ) {
    const lines = typeof message === 'string' ? [message] : message;
    super(lines.join('\n'), details.cause === undefined ? undefined : { cause: details.cause });
    const known = isServerCode(code) ? cliErrors.CLI_DATA : cliErrors[code];
    this.code = code;
    this.lines = lines;
    this.outcome = known.outcome;
    this.exitCode = details.exitCode ?? known.exitCode;
  }
}

function isServerCode(code: CliErrorCode): code is ServerErrorCode {
  return /^(?:DISK|STATE)_/.test(code);
}

/** Why a command did not end as it should, ready to be printed. */
export interface Failure {
  readonly code: CliErrorCode | KvErrorCode;
  readonly outcome: Outcome;
  /** The lines of the message for people. */
  readonly lines: readonly string[];
  readonly exitCode: ExitCode;
}

const exitCodeOf: Readonly<Record<Outcome, ExitCode>> = {
  'not done': exitCodes.failed,
  unknown: exitCodes.unknown,
  done: exitCodes.unprinted,
};

export function toFailure(error: unknown): Failure {
  if (error instanceof CliError) return error;
  if (error instanceof KvError) {
    const { code, outcome, message } = error;
    const exitCode = exitCodeOf[outcome];
    return { code, outcome, lines: [`${message} (${code}, ${outcome})`], exitCode };
  }
  // The stack is printed, since it shows where the defect is.
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return toFailure(new CliError('CLI_INTERNAL', `internal error: ${text}`));
}

/** The failure as `--json` prints it: the shape of an error in the HTTP interface. */
export function toErrorReply({ code, outcome, lines }: Failure): object {
  return { error: { code, outcome, message: lines.join('\n') } };
}

/** The message of a value that other code threw. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
