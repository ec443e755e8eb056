import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';
import { CliError } from '../cli-error.ts';
import { newSecret } from '../cluster/cluster-secret.ts';
import { toCallText, toEndText, toStartJson, toStartText } from '../cluster/instructions.ts';
import { LocalCluster } from '../cluster/local-cluster.ts';
import { type ClusterPlan, planCluster } from '../cluster/plan.ts';
import { addOutputOptions, type OutputOptions } from '../options.ts';
import { addSettings } from '../settings/command-options.ts';
import { type EffectiveSettings, readSettings } from '../settings/effective-settings.ts';
import { printSettings } from '../settings/print-settings.ts';
import { toArguments, toServerSettings } from '../settings/server-settings.ts';
import { clusterSettings, sharedSettings } from '../settings/table.ts';
import { listenForStop, type StopSignal } from '../stop-signal.ts';
import { jsonLine, type Streams } from '../streams.ts';

interface ClusterOptions extends OutputOptions {
  readonly printConfig?: true;
}

/** What a running cluster command needs. */
interface Run {
  readonly plan: ClusterPlan;
  readonly stop: StopSignal;
  readonly streams: Streams;
  readonly isJson: boolean;
}

const program = fileURLToPath(new URL('../main.js', import.meta.url));

export function addCluster(parent: Command, streams: Streams): void {
  const command = parent
    .command('cluster')
    .description('run a whole cluster on this machine, a process for each node, until Ctrl-C');
  addSettings(command, clusterSettings);
  addOutputOptions(command).action(async ({ printConfig, json }: ClusterOptions) => {
    const settings = await readSettings(command, clusterSettings);
    const { nodes, data, port, console: hasConsole } = settings.values;
    const plan = planCluster({
      nodeCount: nodes,
      dataDirectory: data,
      firstPort: port,
      nodeArguments: toArguments(sharedSettings, settings),
      hasConsole,
    });
    const isJson = json === true;
    if (printConfig) {
      await printSettings(settings, await configOfNode(settings, plan), { streams, isJson });
      return;
    }
    const stop = listenForStop();
    try {
      await runCluster({ plan, stop, streams, isJson });
    } finally {
      stop.close();
    }
  });
}

/** The settings of the first node, which has the same defaults as the others. */
async function configOfNode(
  settings: EffectiveSettings<typeof clusterSettings>,
  plan: ClusterPlan,
): Promise<object> {
  const { checkedConfig } = await import('../run-node.ts');
  return checkedConfig(settings, {
    ...toServerSettings(settings),
    nodeId: 0,
    clusterId: 'paxkv',
    addresses: plan.nodes.map(({ port }) => `127.0.0.1:${port}`),
    dataDirectory: plan.dataDirectory,
    // The first start makes the secret.
    ...(plan.secretFile !== undefined && { clusterSecret: newSecret() }),
  });
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
