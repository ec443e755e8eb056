/** What a person reads once their cluster runs: where it is, and what to paste. */
import { endpointsDefault } from '../client-options.ts';
import { type ClusterPlan, endpointsOf, type NodePlan } from './plan.ts';
import { quoteAll } from './shown-command.ts';

export interface Greeted {
  readonly plan: ClusterPlan;
  /** Process ids, by node. */
  readonly pids: readonly (number | undefined)[];
  /** How to call `paxkv`. */
  readonly paxkv: string;
}

export function toGreeting({ plan, pids, paxkv }: Greeted): string {
  const { nodes, dataDirectory } = plan;
  const [first = '', second = first] = nodes.map(({ endpoint }) => endpoint);
  const rows = nodes.map(
    ({ node, endpoint, logFile }) =>
      `  node ${node}  ${endpoint}  pid ${pids[node] ?? '?'}  log ${logFile}`,
  );
  const endpoints = endpointsOf(plan);
  const flag = endpoints === endpointsDefault ? '' : ` --endpoints ${endpoints}`;
  return `paxkv is running, with its data in ${dataDirectory}:

${rows.join('\n')}

Put and get, through any of them:

  curl -X PUT ${first}/v1/kv/greeting -d hello
  curl ${second}/v1/kv/greeting

or by the command line:

  ${paxkv} put greeting hello${flag}
  ${paxkv} get greeting${flag}
  ${paxkv} status${flag}

Ctrl-C stops the cluster. Started again, it has all its data.
`;
}

/** What to say of a node that ended by itself, and how to bring it back. */
export function toFarewell(
  { node, serveArguments }: NodePlan,
  { reason }: { readonly reason: string },
  paxkv: string,
): string {
  return `node ${node} ended (${reason}). To run it again: ${paxkv} ${quoteAll(serveArguments)}`;
}
