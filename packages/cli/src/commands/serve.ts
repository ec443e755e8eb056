import { type Command, Option } from 'commander';
import { CliError } from '../cli-error.ts';
import {
  addOutputOptions,
  logBudgetOption,
  logWindowOption,
  wholeNumber,
  yesOrNo,
} from '../options.ts';
import type { NodeOptions } from '../run-node.ts';
import type { Streams } from '../streams.ts';

/** The parsed options. Required ones may be absent. */
type ServeOptions = Omit<NodeOptions, RequiredName> & Partial<NodeOptions>;

const requiredNames = ['node', 'peers', 'data'] as const;
type RequiredName = (typeof requiredNames)[number];

const portMax = 65_535;
const nodeMax = 999;

export function addServe(program: Command, streams: Streams): void {
  const command = program
    .command('serve')
    .description('run one node of a cluster until Ctrl-C or SIGTERM; a second one ends it at once');
  for (const option of serveOptions()) command.addOption(option);
  addOutputOptions(command).action(async (options: ServeOptions) => {
    const complete = checkRequired(options);
    // Loaded only here, since loading the server takes a while and no other command needs it.
    const { runNode, toSettings } = await import('../run-node.ts');
    await runNode(toSettings(complete), streams);
  });
}

/** Replaces the parser's check, which runs before unknown options are found and so hides a mistyped one. */
function checkRequired(options: ServeOptions): NodeOptions {
  const { node, peers, data } = options;
  if (node !== undefined && peers !== undefined && data !== undefined) {
    return { ...options, node, peers, data };
  }
  const missing = requiredNames.filter((name) => options[name] === undefined);
  throw new CliError(
    'CLI_USAGE',
    missing.map((name) => `--${name} is missing; PAXKV_${name.toUpperCase()} may give it too`),
  );
}

function serveOptions(): Option[] {
  return [
    option(
      '-n, --node <id>',
      'required: which of the peers this node is, from 0',
      'NODE',
    ).argParser(wholeNumber(0, nodeMax)),
    option(
      '-p, --peers <addresses>',
      'required: host:port of every node in order of id, separated by commas; the same on every node',
      'PEERS',
    ),
    option('-d, --data <directory>', 'required: where this node keeps its data', 'DATA'),
    option(
      '-c, --cluster <name>',
      'name of the cluster; nodes with another name are refused',
      'CLUSTER',
    ).default('paxkv'),
    option('--host <host>', 'host to listen on, if not its own among the peers', 'HOST'),
    option('--port <port>', 'port to listen on, if not its own among the peers', 'PORT').argParser(
      wholeNumber(0, portMax),
    ),
    option(
      '--insecure [yes|no]',
      'listen beyond loopback, although nothing is authenticated or encrypted',
      'INSECURE',
    )
      .preset('yes')
      .argParser(yesOrNo),
    logBudgetOption(),
    logWindowOption(),
    option('--log-level <level>', 'how much to log to standard error', 'LOG_LEVEL')
      .choices(['error', 'warn', 'info', 'debug', 'silent'])
      .default('info'),
  ];
}

function option(flags: string, text: string, name: string): Option {
  return new Option(flags, text).env(`PAXKV_${name}`);
}
