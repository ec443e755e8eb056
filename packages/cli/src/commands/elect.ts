import type { Leader } from '@paxkv/client';
import { Argument, type Command } from 'commander';
import { CliError } from '../cli-error.ts';
import { withClient, withClientUntilStop } from '../client.ts';
import { lineOf } from '../entry-form.ts';
import { ProgramEnd, runUnderLock } from '../locked-program.ts';
import { addClientOptions, type ClientOptions } from '../options.ts';
import { jsonLine, type Streams, toJsonValue } from '../streams.ts';
import { toExactText } from '../value-input.ts';
import { addTtlOption } from './lease.ts';

interface ElectOptions extends ClientOptions {
  readonly ttl: number;
  readonly listen?: true;
}

const ttlMsDefault = 10_000;
/** Any time will do. */
const aliveMs = 60_000;

export function addElect(program: Command, streams: Streams): void {
  const command = program
    .command('elect')
    .description(
      'lead under a name once no other client does: while a program runs, or until Ctrl-C; --listen prints each leader',
    )
    .addArgument(new Argument('<name>', 'the name of the election').argParser(toExactText))
    .addArgument(new Argument('[value]', 'what the leader announces').argParser(toExactText))
    .argument('[program...]', 'a program to run, and its arguments, behind --')
    .option('--listen', 'take no part, and print each leader until Ctrl-C');
  addClientOptions(
    addTtlOption(command, 'when the next one leads if this computer is gone', ttlMsDefault),
  ).action(
    async (name: string, value: string | undefined, words: string[], options: ElectOptions) => {
      if (options.listen) {
        if (value !== undefined) throw new CliError('CLI_USAGE', '--listen takes a name alone');
        return listen(name, options, streams);
      }
      if (value === undefined) {
        throw new CliError('CLI_USAGE', 'give what the leader announces, or --listen');
      }
      const exitCode = await lead({ name, value, words }, options, streams);
      if (exitCode !== 0) throw new ProgramEnd(exitCode);
    },
  );
}

async function listen(name: string, options: ElectOptions, streams: Streams): Promise<void> {
  await withClient(options, async (client) => {
    for await (const leader of client.leader(name)) {
      await streams.data(options.json ? jsonLine({ leader: toJson(leader) }) : toText(leader));
    }
  });
}

interface Campaign {
  readonly name: string;
  readonly value: string;
  /** The program and its arguments; empty without one. */
  readonly words: readonly string[];
}

/** Resolves with the exit code of the program, or with 0. */
function lead(
  { name, value, words }: Campaign,
  options: ElectOptions,
  streams: Streams,
): Promise<number> {
  return withClientUntilStop(options, (client, stop) => {
    const how = { ttlMs: options.ttl, value, signal: stop };
    return client.campaign(name, how, async (leadership) => {
      const { fence, signal } = leadership;
      if (words.length > 0) {
        // Standard output is that of the program.
        streams.note(`leads ${name} with the number ${fence}`);
        return runUnderLock(leadership, words, stop);
      }
      await streams.data(options.json ? jsonLine({ fence }) : `${fence}\n`);
      await fired(AbortSignal.any([signal, stop]));
      return 0;
    });
  });
}

/** Resolves when the signal fires. Renewals of a lease do not keep the process alive, so this does. */
function fired(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const alive = setInterval(() => {}, aliveMs);
    const end = () => {
      clearInterval(alive);
      resolve();
    };
    if (signal.aborted) end();
    else signal.addEventListener('abort', end, { once: true });
  });
}

type Shown = Leader<Uint8Array> | undefined;

/** The number and the value with a tab between them, or `none`. */
function toText(leader: Shown): string {
  if (leader === undefined) return 'none\n';
  return `${leader.fence}\t${lineOf(leader.value ?? new Uint8Array())}\n`;
}

function toJson(leader: Shown): object | null {
  if (leader === undefined) return null;
  return { fence: leader.fence, ...toJsonValue(leader.value ?? new Uint8Array()) };
}
