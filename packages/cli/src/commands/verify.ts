import { type Command, Option } from 'commander';
import { addOutputOptions, type OutputOptions } from '../options.ts';
import { jsonLine, type Streams } from '../streams.ts';

interface VerifyOptions extends OutputOptions {
  readonly quiet?: true;
}

export function addVerify(program: Command, streams: Streams): void {
  const command = program
    .command('verify')
    .description('read a backup to its end and verify every checksum, row and count in it')
    .argument('<file>', 'a file that paxkv backup wrote')
    .addOption(new Option('--quiet', 'report no progress'));
  addOutputOptions(command).action(async (file: string, { json, quiet }: VerifyOptions) => {
    // Loaded only here, since loading the server takes a while and few commands need it.
    const { readBackupFile } = await import('../backup/read-backup-file.ts');
    const { BackupProgress } = await import('../backup/backup-progress.ts');
    const { toBackupJson, toBackupText } = await import('../backup/backup-text.ts');
    const progress = new BackupProgress((line) => quiet || streams.note(line));
    const backup = await readBackupFile(file, progress);
    const text = json ? jsonLine(toBackupJson(backup)) : `intact: ${toBackupText(backup)}\n`;
    await streams.data(text);
  });
}
