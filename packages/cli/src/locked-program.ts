/** Runs a program for as long as a lock is held. Rule: when the lock is lost, the program is ended. */
import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import type { HeldLock } from '@paxkv/client';
import { CliError, messageOf } from './cli-error.ts';

/** The end of a program that a command has run: its exit code becomes that of the command, and nothing is printed. */
export class ProgramEnd extends Error {
  override readonly name = 'ProgramEnd';
  readonly exitCode: number;

  constructor(exitCode: number) {
    super(`the program ended with ${exitCode}`);
    this.exitCode = exitCode;
  }
}

/** A program that does not end in this time after it was asked to is killed. */
const endMsMax = 2000;

/**
 * Resolves with the exit code of the program; 128 and the number of the signal if one ended it. `stop` asks it to end.
 *
 * @throws CliError `CLI_PROGRAM` if it cannot be started
 */
export function runUnderLock(
  { fence, signal: lost }: Pick<HeldLock, 'fence' | 'signal'>,
  [program = '', ...args]: readonly string[],
  stop: AbortSignal,
): Promise<number> {
  const env = { ...process.env, PAXKV_FENCE: String(fence) };
  const child = spawn(program, args, { stdio: 'inherit', env });
  let deadline: NodeJS.Timeout | undefined;
  const end = (): void => {
    child.kill('SIGTERM');
    deadline ??= setTimeout(() => child.kill('SIGKILL'), endMsMax);
  };
  const signals = [lost, stop];
  for (const signal of signals) {
    if (signal.aborted) end();
    else signal.addEventListener('abort', end, { once: true });
  }
  return new Promise<number>((resolve, reject) => {
    child.once('error', (cause) => {
      const message = `cannot run ${program}: ${messageOf(cause)}`;
      reject(new CliError('CLI_PROGRAM', message, { cause }));
    });
    child.once('exit', (code, name) => {
      resolve(code ?? 128 + (name === null ? 0 : constants.signals[name]));
    });
  }).finally(() => {
    clearTimeout(deadline);
    for (const signal of signals) signal.removeEventListener('abort', end);
  });
}
