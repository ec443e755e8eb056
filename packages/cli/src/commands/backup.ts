import { type Command, Option } from 'commander';
import type { TakenBackup } from '../backup/take-backup.ts';
import { CliError } from '../cli-error.ts';
import { withClient } from '../client.ts';
import { readCredentials } from '../credentials.ts';
import { addClientOptions, type ClientOptions } from '../options.ts';
import { addressOf } from '../server-notes.ts';
import { jsonLine, type Streams } from '../streams.ts';

interface BackupOptions extends ClientOptions {
  readonly overwrite?: true;
  readonly serializable?: true;
  readonly quiet?: true;
}

export function addBackup(program: Command, streams: Streams): void {
  const command = program
    .command('backup')
    .description(
      'back the whole store up while it is in use; --timeout is how long nothing may come',
    )
    .argument('<file>', 'it is complete once it has this name; - for standard output')
    .addOption(new Option('--overwrite', 'replace the file if it exists'))
    .addOption(
      new Option('--serializable', 'what one server knows, where no majority can be reached'),
    )
    .addOption(new Option('--quiet', 'report no progress'));
  addClientOptions(command).action(async (file: string, options: BackupOptions) => {
    const note = options.quiet ? () => undefined : (line: string) => streams.note(line);
    if (file === '-') await backUpToOutput(options, streams, note);
    else await backUpToFile(file, options, streams, note);
  });
}

type Note = (line: string) => void;

async function backUpToFile(
  file: string,
  options: BackupOptions,
  streams: Streams,
  note: Note,
): Promise<void> {
  const { PartialFile } = await import('../backup/partial-file.ts');
  const sink = await PartialFile.create(file, { mayReplace: options.overwrite === true });
  try {
    const taken = await take(options, sink, note);
    await sink.complete();
    await streams.data(await toReport(taken, options));
  } catch (error) {
    await sink.discard();
    throw error;
  }
}

async function backUpToOutput(options: BackupOptions, streams: Streams, note: Note): Promise<void> {
  if (streams.isTerminal) {
    throw new CliError('CLI_USAGE', 'a backup is binary: give it a file name, or pipe it');
  }
  let isBegun = false;
  const sink = {
    write: async (bytes: Uint8Array) => {
      isBegun = true;
      await streams.data(bytes);
    },
    restart: async () => {
      if (!isBegun) return;
      throw new CliError('CLI_NO_BACKUP', 'the backup broke off: what was written is incomplete');
    },
  };
  const taken = await take(options, sink, note);
  note((await toReport(taken, options)).trimEnd());
}

async function take(
  options: BackupOptions,
  sink: Parameters<typeof import('../backup/take-backup.ts').takeBackup>[0]['sink'],
  note: Note,
): Promise<TakenBackup> {
  // Loaded only here, since loading the server takes a while and few commands need it.
  const { takeBackup } = await import('../backup/take-backup.ts');
  const { serverOrder } = await import('../backup/server-order.ts');
  const { BackupProgress } = await import('../backup/backup-progress.ts');
  const endpoints = serverOrder(await withClient(options, (client) => client.statuses()));
  const isSerializable = options.serializable === true;
  const progress = new BackupProgress(note);
  const { timeout: idleMs } = options;
  const credentials = readCredentials(options);
  return takeBackup({ endpoints, credentials, isSerializable, idleMs, sink, progress, note });
}

async function toReport(taken: TakenBackup, { json }: BackupOptions): Promise<string> {
  const { toBackupJson, toBackupText } = await import('../backup/backup-text.ts');
  const from = addressOf(taken.endpoint);
  if (json) return jsonLine({ ...toBackupJson(taken), from });
  return `backed up ${toBackupText(taken)}, from ${from}\n`;
}
