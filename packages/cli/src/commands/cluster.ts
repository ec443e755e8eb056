import { fileURLToPath } from 'node:url';
import { type Command, Option } from 'commander';
import { CliError } from '../cli-error.ts';
import { toCallText, toEndText, toStartJson, toStartText } from '../cluster/instructions.ts';
import { LocalCluster } from '../cluster/local-cluster.ts';
import { type ClusterPlan, planCluster } from '../cluster/plan.ts';
import {
  addOutputOptions,
  consoleOptions,
  logBudgetOption,
  logWindowOption,
  type OutputOptions,
  wholeNumber,
} from '../options.ts';
import { listenForStop, type StopSignal } from '../stop-signal.ts';
import { jsonLine, type Streams } from '../streams.ts';

interface ClusterOptions extends OutputOptions {
  readonly nodes: number;
  readonly data: string;
  readonly port: number;
  readonly logBudget?: number;
  readonly console?: boolean;
  readonly logWindow?: number;
}

/** What a running cluster command needs. */
interface Run {
  readonly plan: ClusterPlan;
  readonly stop: StopSignal;
  readonly streams: Streams;
  readonly isJson: boolean;
}

const nodeCountMax = 9;
const portMax = 65_535;
const program = fileURLToPath(new URL('../main.js', import.meta.url));

export function addCluster(parent: Command, streams: Streams): void {
  const command = parent
    .command('cluster')
    .description('run a whole cluster on this machine, a process for each node, until Ctrl-C');
  for (const option of clusterOptions()) command.addOption(option);
  addOutputOptions(command).action(async (options: ClusterOptions) => {
    const { nodes, data, port, logBudget, logWindow, json, console: hasConsole = true } = options;
    const plan = planCluster({
      nodeCount: nodes,
      dataDirectory: data,
      firstPort: port,
      logBudget,
      logWindow,
      hasConsole,
    });
    const stop = listenForStop();
    try {
      await runCluster({ plan, stop, streams, isJson: json === true });
    } finally {
      stop.close();
    }
  });
}

function clusterOptions(): Option[] {
  return [
    new Option('-n, --nodes <count>', 'number of nodes; an odd number is best')
      .env('PAXKV_NODES')
      .argParser(wholeNumber(1, nodeCountMax))
      .default(3),
    new Option('-d, --data <directory>', 'where the nodes keep their data')
      .env('PAXKV_DATA')
      .default('.paxkv'),
    new Option('-p, --port <port>', 'port of node 0; the other nodes take the ports after it')
      .env('PAXKV_PORT')
      .argParser(wholeNumber(1, portMax - nodeCountMax + 1))
      .default(4401),
    logBudgetOption(),
    ...consoleOptions(),
    logWindowOption(),
  ];
}

async function runCluster(run: Run): Promise<void> {
  const { plan, stop, streams } = run;
  streams.note(`starting ${plan.nodes.length} nodes`);
  const cluster = await LocalCluster.start(plan, program);
  try {
    const reports = await Promise.race([cluster.serving(), stop.requested]);
    if (typeof reports === 'string') return;
    for (const report of reports) streams.note(report);
    await attend(cluster, run);
    streams.note('stopping');
  } finally {
    await cluster.stop();
  }
  streams.note(`stopped; the data is kept in ${plan.dataDirectory}`);
}

/** Prints where the nodes are, then reports nodes that end. It leaves the restart of a node to the user. */
async function attend(cluster: LocalCluster, { plan, stop, streams, isJson }: Run): Promise<void> {
  const paxkv = toCallText({
    script: process.argv[1] ?? program,
    program,
    workingDirectory: process.cwd(),
  });
  const running = { plan, pids: cluster.nodes.map(({ pid }) => pid) };
  await streams.data(isJson ? jsonLine(toStartJson(running)) : toStartText(running, paxkv));
  let isWatching = true;
  const watches = cluster.nodes.map(async ({ plan: node, ended }) => {
    const end = await ended;
    if (isWatching) streams.note(toEndText(node, end, paxkv));
  });
  const reason = await Promise.race([stop.requested, Promise.all(watches).then(() => undefined)]);
  isWatching = false;
  if (reason === undefined) throw new CliError('CLI_NODE_ENDED', 'all nodes have ended');
}
