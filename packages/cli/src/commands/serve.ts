import { type Command, Option } from 'commander';
import { wholeNumber } from '../number-option.ts';
import { type ServeOptions, toSettings } from '../serve/settings.ts';
import type { Streams } from '../streams.ts';
import { yesOrNo } from '../yes-no-option.ts';

const portMax = 65_535;
const nodeMax = 999;

export function addServe(program: Command, streams: Streams): void {
  const command = program
    .command('serve')
    .description('run one node; SIGTERM or Ctrl-C stops it cleanly, twice at once');
  for (const option of serveOptions()) command.addOption(option);
  command.action(async (options: ServeOptions) => {
    // Loaded here alone: no other command needs the server, and it takes a while.
    const { runNode } = await import('../serve/run-node.ts');
    await runNode(toSettings(options), streams);
  });
}

function serveOptions(): Option[] {
  return [
    option('-n, --node <id>', 'which of the peers this is, from 0', 'NODE')
      .argParser(wholeNumber(0, nodeMax))
      .makeOptionMandatory(),
    option(
      '-p, --peers <addresses>',
      'host:port of every node by id, separated by commas; the same everywhere',
      'PEERS',
    ).makeOptionMandatory(),
    option(
      '-d, --data <directory>',
      'where this node keeps its data',
      'DATA',
    ).makeOptionMandatory(),
    option('-c, --cluster <name>', 'nodes of other clusters are refused', 'CLUSTER').default(
      'paxkv',
    ),
    option('--host <host>', 'listen here instead of at the own address', 'HOST'),
    option('--port <port>', 'listen here instead of at the own address', 'PORT').argParser(
      wholeNumber(0, portMax),
    ),
    option(
      '--insecure [yes|no]',
      'listen beyond loopback, where nothing is authenticated or encrypted',
      'INSECURE',
    )
      .preset('yes')
      .argParser(yesOrNo),
    option('--log-level <level>', 'how much to log, to standard error', 'LOG_LEVEL')
      .choices(['error', 'warn', 'info', 'debug', 'silent'])
      .default('info'),
  ];
}

function option(flags: string, text: string, name: string): Option {
  return new Option(flags, text).env(`PAXKV_${name}`);
}
