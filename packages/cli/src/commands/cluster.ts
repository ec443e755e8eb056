import { fileURLToPath } from 'node:url';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { LocalCluster } from '../cluster/local-cluster.ts';
import type { Output } from '../output.ts';
import { nextSignal } from '../signals.ts';

interface ClusterOptions {
  readonly nodes: number;
  readonly data: string;
  readonly port: number;
}

const command = fileURLToPath(new URL('../main.js', import.meta.url));

export function addCluster(program: Command, output: Output): void {
  program
    .command('cluster')
    .description('run a whole cluster on this machine, a process a node, until Ctrl-C')
    .addOption(
      new Option('-n, --nodes <count>', 'how many; an odd number')
        .env('PAXKV_NODES')
        .argParser(between(1, 9))
        .default(3),
    )
    .addOption(
      new Option('-d, --data <directory>', 'where all data is kept')
        .env('PAXKV_DATA')
        .default('.paxkv'),
    )
    .addOption(
      new Option('-p, --port <port>', 'port of the first node; the others follow')
        .env('PAXKV_PORT')
        .argParser(between(1, 65_526))
        .default(4401),
    )
    .action((options: ClusterOptions) => runCluster(options, output));
}

async function runCluster({ nodes, data, port }: ClusterOptions, output: Output): Promise<void> {
  const signal = nextSignal();
  output.note(`starting ${nodes} nodes, data in ${data}`);
  const cluster = await LocalCluster.start({
    nodeCount: nodes,
    dataDirectory: data,
    firstPort: port,
    command,
  });
  output.data(greeting(cluster));
  let isStopping = false;
  for (const node of cluster.nodes) {
    node.ended.then(
      (how) => {
        const again = ['node', command, ...cluster.serveArguments(node.node)].join(' ');
        if (!isStopping)
          output.note(`node ${node.node} ended (${how}). To run it again:\n  ${again}`);
      },
      () => undefined,
    );
  }
  await signal;
  isStopping = true;
  output.note('stopping');
  await cluster.stop();
  output.note(`stopped; all data is kept in ${data}`);
}

function greeting({ endpoints, nodes }: LocalCluster): string {
  const [first = '', second = first] = endpoints;
  const rows = endpoints.map(
    (endpoint, node) => `  ${endpoint}   node ${node}, pid ${nodes[node]?.pid}`,
  );
  return `paxkv is running.

${rows.join('\n')}

Put and get, through any of them:

  curl -X PUT ${first}/v1/kv/greeting -d hello
  curl ${second}/v1/kv/greeting

or by the command line:

  node ${command} put greeting hello --endpoints ${endpoints.join(',')}
  node ${command} get greeting --endpoints ${endpoints.join(',')}

Ctrl-C stops the cluster. Started again, it has all its data.
`;
}

function between(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (Number.isInteger(value) && value >= min && value <= max) return value;
    throw new InvalidArgumentError(`It must be a whole number from ${min} to ${max}.`);
  };
}
