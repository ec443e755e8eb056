import { fileURLToPath } from 'node:url';
import { type Command, Option } from 'commander';
import { toFarewell, toGreeting } from '../cluster/greeting.ts';
import { LocalCluster } from '../cluster/local-cluster.ts';
import { type ClusterPlan, planCluster } from '../cluster/plan.ts';
import { toShownCommand } from '../cluster/shown-command.ts';
import { CliError, exitCodes } from '../exit-code.ts';
import { wholeNumber } from '../number-option.ts';
import { whenAskedToStop } from '../stop-signal.ts';
import type { Streams } from '../streams.ts';

interface ClusterOptions {
  readonly nodes: number;
  readonly data: string;
  readonly port: number;
}

const nodeCountMax = 9;
const portMax = 65_535;
const command = fileURLToPath(new URL('../main.js', import.meta.url));

export function addCluster(program: Command, streams: Streams): void {
  program
    .command('cluster')
    .description('run a whole cluster on this machine, a process a node, until Ctrl-C')
    .addOption(
      new Option('-n, --nodes <count>', 'how many, best an odd number')
        .env('PAXKV_NODES')
        .argParser(wholeNumber(1, nodeCountMax))
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
        .argParser(wholeNumber(1, portMax - nodeCountMax + 1))
        .default(4401),
    )
    .action(({ nodes: nodeCount, data: dataDirectory, port: firstPort }: ClusterOptions) =>
      runCluster(planCluster({ nodeCount, dataDirectory, firstPort }), streams),
    );
}

async function runCluster(plan: ClusterPlan, streams: Streams): Promise<void> {
  const askedToStop = whenAskedToStop();
  streams.note(`starting ${plan.nodes.length} nodes`);
  const cluster = await LocalCluster.start(plan, command);
  try {
    const troubles = await Promise.race([cluster.serving(), askedToStop]);
    if (typeof troubles === 'string') return;
    for (const trouble of troubles) streams.note(trouble);
    await attend(cluster, { plan, askedToStop, streams });
    streams.note('stopping');
  } finally {
    await cluster.stop();
  }
  streams.note(`stopped; all data is kept in ${plan.dataDirectory}`);
}

interface Attendance {
  readonly plan: ClusterPlan;
  readonly askedToStop: Promise<unknown>;
  readonly streams: Streams;
}

/** Greets, then tells of nodes that end, and leaves it to the person to bring them back. */
async function attend(
  cluster: LocalCluster,
  { plan, askedToStop, streams }: Attendance,
): Promise<void> {
  const paxkv = toShownCommand({
    script: process.argv[1] ?? command,
    command,
    workingDirectory: process.cwd(),
  });
  await streams.data(toGreeting({ plan, pids: cluster.nodes.map(({ pid }) => pid), paxkv }));
  let isWatching = true;
  const watches = cluster.nodes.map(async ({ plan: node, ended }) => {
    const end = await ended;
    if (isWatching) streams.note(toFarewell(node, end, paxkv));
  });
  const reason = await Promise.race([askedToStop, Promise.all(watches).then(() => undefined)]);
  isWatching = false;
  if (reason === undefined) throw new CliError('no node is left running', exitCodes.failed);
}
