import { randomBytes } from 'node:crypto';
import { join, resolve } from 'node:path';
import { type Command, Option } from 'commander';
import { CliError } from '../cli-error.ts';
import { addOutputOptions, type OutputOptions } from '../options.ts';
import { wholeNumber } from '../settings/kinds.ts';
import { jsonLine, type Streams } from '../streams.ts';

interface RestoreOptions extends OutputOptions {
  readonly data?: string;
  readonly nodes?: number;
  readonly node?: number;
  readonly cluster?: string;
  readonly seed?: string;
  readonly quiet?: true;
}

const nodeCountMax = 999;
const seedBytes = 16;

export function addRestore(program: Command, streams: Streams): void {
  const command = program
    .command('restore')
    .description(
      'make a new cluster from a backup; its nodes must not run, and their directories be empty',
    )
    .argument('<file>', 'a file that paxkv backup wrote');
  for (const option of restoreOptions()) command.addOption(option);
  addOutputOptions(command).action((file: string, options: RestoreOptions) =>
    restore(file, options, streams),
  );
}

function restoreOptions(): Option[] {
  return [
    new Option(
      '-d, --data <directory>',
      'required: where the nodes keep their data, in node-0 and so on; with --node, that of this node',
    ).env('PAXKV_DATA'),
    new Option(
      '-n, --nodes <count>',
      'nodes of the new cluster; as many as before if not given',
    ).argParser(wholeNumber(1, nodeCountMax).parse),
    new Option(
      '--node <id>',
      'restore this node alone, from 0; the others from the same file',
    ).argParser(wholeNumber(0, nodeCountMax - 1).parse),
    new Option('-c, --cluster <name>', 'name of the new cluster; that of the backup if not given'),
    new Option(
      '--seed <text>',
      'with --node: the text that the restore of the first node printed; without it a new cluster begins',
    ),
    new Option('--quiet', 'report no progress'),
  ];
}

async function restore(file: string, options: RestoreOptions, streams: Streams): Promise<void> {
  const { data, json, quiet, seed = randomBytes(seedBytes).toString('base64url') } = options;
  if (data === undefined) throw new CliError('CLI_USAGE', '--data is missing');
  // Loaded only here, since loading the server takes a while and few commands need it.
  const { restoreFile } = await import('../backup/restore-file.ts');
  const { toBackupJson, toBackupText } = await import('../backup/backup-text.ts');
  const { node, nodes: nodeCount, cluster: clusterId } = options;
  const { backup, members } = await restoreFile({
    file,
    directoryOf: (id) => resolve(node === undefined ? join(data, `node-${id}`) : data),
    node,
    nodeCount,
    clusterId,
    seed,
    note: (line) => void (quiet || streams.note(line)),
  });
  const restored = members.map(({ nodeId, path }) => ({ node: nodeId, data: path }));
  if (json) {
    await streams.data(jsonLine({ ...toBackupJson(backup), restored, seed }));
    return;
  }
  const lines = restored.map((member) => `node ${member.node}: ${member.data}`);
  if (node !== undefined)
    lines.push(`restore the other nodes from the same file with --seed=${seed}`);
  await streams.data(`restored ${toBackupText(backup)}\n${lines.join('\n')}\n`);
}
