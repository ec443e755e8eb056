import type { Command } from 'commander';
import { withClient } from '../client.ts';
import { ProgramEnd, runUnderLock } from '../locked-program.ts';
import { addClientOptions, type ClientOptions } from '../options.ts';
import { listenForStop } from '../stop-signal.ts';
import { addTtlOption } from './lease.ts';

interface LockOptions extends ClientOptions {
  readonly ttl: number;
}

const ttlMsDefault = 10_000;

export function addLock(program: Command): void {
  const command = program
    .command('lock')
    .description(
      'wait for a lock, run a program while it is held, and exit with its code; PAXKV_FENCE has the number of the lock',
    )
    .argument('<name>', 'the name of the lock')
    .argument('<program...>', 'the program and its arguments, behind --');
  addClientOptions(
    addTtlOption(command, 'when the lock is free if this computer is gone', ttlMsDefault),
  ).action(async (name: string, words: string[], options: LockOptions) => {
    const stop = listenForStop();
    try {
      const abort = new AbortController();
      void stop.requested.then(() => abort.abort());
      // The client is still needed after an interrupt, to release the lock.
      const { interrupt, ...clientOptions } = options;
      const exitCode = await withClient(clientOptions, async (client) => {
        const how = { ttlMs: options.ttl, signal: abort.signal };
        return client.lock(name, how, (lock) => runUnderLock(lock, words, abort.signal));
      });
      if (exitCode !== 0) throw new ProgramEnd(exitCode);
    } finally {
      stop.close();
    }
  });
}
