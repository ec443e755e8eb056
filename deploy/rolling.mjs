#!/usr/bin/env node
/**
 * Changes the nodes of a running cluster one after the other: a new version, new certificates, new settings. It runs the
 * same command for each node, the leader last, and goes on only when every node is ready again.
 *
 *   rolling.mjs [--wait TIME] [--paxkv PROGRAM] ENDPOINTS -- COMMAND [ARGUMENT…]
 *
 * The command has NODE, HOST and ENDPOINT in its environment. Credentials and certificates for the cluster are those of
 * `paxkv` (PAXKV_…), which this program calls. It ends at the first thing that fails, and says which nodes are changed:
 * exit code 1 if nothing is wrong with the cluster but the command failed or a node did not come back, 2 for wrong usage.
 */
import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';

const usage = 'usage: rolling.mjs [--wait TIME] [--paxkv PROGRAM] ENDPOINTS -- COMMAND [ARGUMENT…]';

/** What ends the program early, with an exit code. */
class RollingError extends Error {
  constructor(message, exitCode = 1) {
    super(message);
    this.exitCode = exitCode;
  }
}

try {
  roll(parse(process.argv.slice(2)));
} catch (error) {
  console.error(`rolling: ${error.message}`);
  process.exitCode = error instanceof RollingError ? error.exitCode : 2;
}

function parse(args) {
  const split = args.indexOf('--');
  const command = split < 0 ? [] : args.slice(split + 1);
  const { values, positionals } = parseArgs({
    args: split < 0 ? args : args.slice(0, split),
    allowPositionals: true,
    options: {
      wait: { type: 'string', default: '5m' },
      paxkv: { type: 'string', default: 'paxkv' },
    },
  });
  const [endpoints, ...surplus] = positionals;
  if (endpoints === undefined || surplus.length > 0 || command.length === 0) {
    throw new RollingError(usage, 2);
  }
  return { ...values, endpoints, command };
}

function roll(plan) {
  waitUntilReady(plan, 'before the first node');
  const order = nodesInOrder(plan);
  const changed = [];
  for (const { node, endpoint } of order) {
    console.error(`rolling: node ${node} at ${endpoint}`);
    const about = `nodes changed so far: ${changed.join(', ') || 'none'}`;
    const host = new URL(endpoint).hostname;
    const environment = { ...process.env, NODE: `${node}`, HOST: host, ENDPOINT: endpoint };
    const [program, ...args] = plan.command;
    const { status, error } = spawnSync(program, args, { stdio: 'inherit', env: environment });
    if (status !== 0) {
      const why = error?.message ?? `exit code ${status}`;
      throw new RollingError(`the command failed for node ${node} (${why}); ${about}`);
    }
    changed.push(node);
    waitUntilReady(plan, `after node ${node}`);
  }
  console.error(`rolling: all ${order.length} nodes are changed and ready`);
}

/** A node that is away while another is taken away would leave no majority. */
function waitUntilReady({ paxkv, endpoints, wait }, when) {
  const args = ['health', '--endpoints', endpoints, '--wait', wait];
  const { status, stdout, stderr, error } = callPaxkv(paxkv, args);
  if (status === 0) return;
  const why = error?.message ?? `${stdout}${stderr}`.trim();
  throw new RollingError(`not every node is ready ${when}:\n${why}`);
}

/** The leader comes last, so that there is one election and not one for each node. */
function nodesInOrder({ paxkv, endpoints }) {
  const args = ['status', '--endpoints', endpoints, '--json'];
  const { status, stdout, stderr, error } = callPaxkv(paxkv, args);
  if (status !== 0) throw new RollingError(`no status: ${error?.message ?? stderr.trim()}`);
  const { leader, servers, nodeCount } = JSON.parse(stdout);
  if (servers.length !== nodeCount) {
    throw new RollingError(`name all ${nodeCount} nodes; ${servers.length} are named`, 2);
  }
  const nodes = servers.map(({ endpoint, node }) => ({ endpoint, node }));
  return nodes.sort((a, b) => (a.node === leader) - (b.node === leader) || a.node - b.node);
}

/** The program may be a file of Node, as in a checkout of the sources. */
function callPaxkv(program, args) {
  const isScript = program.endsWith('.js');
  const [command, ...first] = isScript ? [process.execPath, program] : [program];
  return spawnSync(command, [...first, ...args], { encoding: 'utf8' });
}
