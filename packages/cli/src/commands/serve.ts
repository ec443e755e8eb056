import { KvServer, parseConfig } from '@paxkv/kvserver';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { splitList } from '../client-options.ts';
import { CliError, exitCodes } from '../exit-code.ts';
import type { Output } from '../output.ts';
import { nextSignal } from '../signals.ts';

interface ServeOptions {
  readonly node: number;
  readonly peers: string;
  readonly data: string;
  readonly cluster: string;
  readonly host?: string;
  readonly port?: number;
  readonly insecure?: true;
  readonly logLevel: string;
}

export function addServe(program: Command, output: Output): void {
  const option = (flags: string, text: string, name: string) =>
    new Option(flags, text).env(`PAXKV_${name}`);
  program
    .command('serve')
    .description('run one node; SIGTERM or Ctrl-C stops it cleanly')
    .addOption(
      option('-n, --node <id>', 'which of the peers this is, from 0', 'NODE')
        .argParser(toInteger)
        .makeOptionMandatory(),
    )
    .addOption(
      option(
        '-p, --peers <addresses>',
        'host:port of every node, in order, separated by commas; the same everywhere',
        'PEERS',
      ).makeOptionMandatory(),
    )
    .addOption(
      option(
        '-d, --data <directory>',
        'where this node keeps its data',
        'DATA',
      ).makeOptionMandatory(),
    )
    .addOption(
      option('-c, --cluster <name>', 'nodes of other clusters are refused', 'CLUSTER').default(
        'paxkv',
      ),
    )
    .addOption(option('--host <host>', 'listen here instead of at the own address', 'HOST'))
    .addOption(
      option('--port <port>', 'listen here instead of at the own address', 'PORT').argParser(
        toInteger,
      ),
    )
    .addOption(
      option(
        '--insecure',
        'listen beyond loopback, without authentication or encryption',
        'INSECURE',
      ),
    )
    .addOption(
      option('--log-level <level>', 'how much to log, to standard error', 'LOG_LEVEL')
        .choices(['error', 'warn', 'info', 'debug', 'silent'])
        .default('info'),
    )
    .action((options: ServeOptions) => serve(options, output));
}

async function serve(options: ServeOptions, output: Output): Promise<void> {
  const config = parseConfig({
    nodeId: options.node,
    clusterId: options.cluster,
    addresses: splitList(options.peers),
    dataDirectory: options.data,
    ...(options.host !== undefined && { listenHost: options.host }),
    ...(options.port !== undefined && { listenPort: options.port }),
    insecure: options.insecure === true,
    logLevel: options.logLevel,
  });
  for (const warning of config.warnings) output.note(warning);
  const signal = nextSignal();
  const server = await KvServer.start(config);
  const failure = await Promise.race([signal, server.stopped]);
  await server.stop();
  if (failure instanceof Error) {
    throw new CliError(`node ${options.node} stopped: ${failure.message}`, exitCodes.disk);
  }
}

function toInteger(text: string): number {
  const value = Number(text);
  if (text === '' || !Number.isInteger(value))
    throw new InvalidArgumentError('It must be a whole number.');
  return value;
}
