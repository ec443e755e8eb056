import { KvError } from '@paxkv/client';
import { type Command, Option } from 'commander';
import { CliError } from '../cli-error.ts';
import { withClientUntilStop } from '../client.ts';
import { ProgramEnd, runUnderLock } from '../locked-program.ts';
import { addClientOptions, type ClientOptions } from '../options.ts';
import { duration } from '../settings/kinds.ts';
import { addTtlOption } from './lease.ts';

interface LockOptions extends ClientOptions {
  readonly ttl: number;
  /** Milliseconds to wait for the lock; absent: without a limit. */
  readonly wait?: number;
}

const ttlMsDefault = 10_000;
const waitMsMax = 2 ** 31 - 1;

export function addLock(program: Command): void {
  const command = program
    .command('lock')
    .description(
      'wait for a lock, run a program while it is held, and exit with its code; PAXKV_FENCE has the number of the lock',
    )
    .argument('<name>', 'the name of the lock')
    .argument('<program...>', 'the program and its arguments, behind --')
    .addOption(
      new Option(
        '-w, --wait <time>',
        'give up if the lock is not held after this time (default: never)',
      ).argParser(duration(1, waitMsMax).parse),
    );
  addClientOptions(
    addTtlOption(command, 'when the lock is free if this computer is gone', ttlMsDefault),
  ).action(async (name: string, words: string[], options: LockOptions) => {
    const exitCode = await withClientUntilStop(options, (client, stop) => {
      const waits = options.wait === undefined ? [] : [AbortSignal.timeout(options.wait)];
      const how = { ttlMs: options.ttl, signal: AbortSignal.any([stop, ...waits]) };
      const running = client.lock(name, how, (lock) => runUnderLock(lock, words, stop));
      return running.catch((error: unknown) => {
        throw stop.aborted ? error : toWaitError(error, options);
      });
    });
    if (exitCode !== 0) throw new ProgramEnd(exitCode);
  });
}

/** The wait ends with `KV_ABORTED`, which says nothing of the option that has ended it. */
function toWaitError(error: unknown, { wait }: LockOptions): unknown {
  if (!(error instanceof KvError && error.code === 'KV_ABORTED')) return error;
  const message = `the lock was not obtained within ${wait} ms`;
  return new CliError('CLI_LOCK_WAIT', message, { cause: error });
}
