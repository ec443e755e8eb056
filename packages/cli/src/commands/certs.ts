import { type Command, Option } from 'commander';
import { addOutputOptions, type OutputOptions, splitList } from '../options.ts';
import { wholeNumber } from '../settings/kinds.ts';
import { jsonLine, type Streams } from '../streams.ts';

interface CertsOptions extends OutputOptions {
  readonly cluster: string;
  readonly members: number;
  readonly hosts: string;
  readonly users: string;
  readonly days: number;
}

const memberCountMax = 9;
const daysMax = 3650;

export function addCerts(program: Command, streams: Streams): void {
  const command = program
    .command('certs')
    .description(
      'make an authority and certificates for members and users; run it again to renew the certificates',
    )
    .argument('<directory>', 'where the files go')
    .addOption(new Option('--cluster <name>', 'name of the cluster').default('paxkv'))
    .addOption(
      new Option('--members <count>', 'number of members')
        .argParser(wholeNumber(1, memberCountMax).parse)
        .default(3),
    )
    .addOption(
      new Option(
        '--hosts <names>',
        'names and addresses of the members, separated by commas',
      ).default('localhost,127.0.0.1,::1'),
    )
    .addOption(new Option('--users <names>', 'users, separated by commas').default('root'))
    .addOption(
      new Option(
        '--days <count>',
        'how long the certificates are valid; the authority ten times as long',
      )
        .argParser(wholeNumber(1, daysMax).parse)
        .default(365),
    );
  addOutputOptions(command).action(async (directory: string, options: CertsOptions) => {
    const { writeCerts } = await import('../certs/cert-files.ts');
    const { cluster, members, days, json } = options;
    const [hosts, users] = [splitList(options.hosts), splitList(options.users)];
    const result = await writeCerts({ directory, cluster, members, days, hosts, users });
    await streams.data(json ? jsonLine(result) : result.files.map((name) => `${name}\n`).join(''));
  });
}
