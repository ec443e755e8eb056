/** What a local cluster prints: where its nodes are, and commands that can be pasted into a shell. */
import path from 'node:path';
import { endpointsDefault } from '../options.ts';
import { type ClusterPlan, endpointsOf, type NodePlan } from './plan.ts';

export interface RunningCluster {
  readonly plan: ClusterPlan;
  /** Process ids, by node. */
  readonly pids: readonly (number | undefined)[];
}

/** How this program was called. */
export interface Invocation {
  /** The file that was executed: the program itself, or a link to it. */
  readonly script: string;
  /** The file of the program itself. */
  readonly program: string;
  readonly workingDirectory: string;
}

/** `paxkv`: the text that calls this program; see `toCallText`. */
export function toStartText({ plan, pids }: RunningCluster, paxkv: string): string {
  const { nodes, dataDirectory, hasConsole } = plan;
  const [first = '', second = first] = nodes.map(({ endpoint }) => endpoint);
  const rows = nodes.map(
    ({ node, endpoint, logFile }) =>
      `  node ${node}  ${endpoint}  pid ${pids[node] ?? '?'}  log ${logFile}`,
  );
  const endpoints = endpointsOf(plan);
  const flag = endpoints === endpointsDefault ? '' : ` --endpoints ${endpoints}`;
  const look = hasConsole ? `\nLook at the cluster in a browser:\n\n  ${first}/\n` : '';
  return `paxkv is running, with its data in ${dataDirectory}:

${rows.join('\n')}

Put and get a key with curl, at any node:

  curl -X PUT ${first}/v1/kv/greeting -d hello
  curl ${second}/v1/kv/greeting

or with the command line:

  ${paxkv} put greeting hello${flag}
  ${paxkv} get greeting${flag}
  ${paxkv} status${flag}
${look}
Ctrl-C stops the cluster. The data is kept for the next start.
`;
}

/** The same facts for `--json`. */
export function toStartJson({ plan, pids }: RunningCluster): object {
  return {
    dataDirectory: plan.dataDirectory,
    nodes: plan.nodes.map(({ node, endpoint, logFile }) => ({
      node,
      endpoint,
      pid: pids[node],
      logFile,
    })),
  };
}

/** Reports a node that ended without being stopped, with the command that runs it again. */
export function toEndText(
  { node, serveArguments }: NodePlan,
  { reason }: { readonly reason: string },
  paxkv: string,
): string {
  return `node ${node} ended (${reason}). To run it again: ${paxkv} ${quoteAll(serveArguments)}`;
}

/** How to call this program again from the same directory. */
export function toCallText({ script, program, workingDirectory }: Invocation): string {
  if (path.basename(script) === 'paxkv') {
    return script.includes(`${path.sep}node_modules${path.sep}`) ? 'npx paxkv' : 'paxkv';
  }
  const relative = path.relative(workingDirectory, program);
  return `node ${quote(relative.startsWith('..') ? program : relative)}`;
}

/** The arguments on one line. An argument that a shell would change is quoted. */
export function quoteAll(args: readonly string[]): string {
  return args.map(quote).join(' ');
}

function quote(argument: string): string {
  if (/^[\w./:,@%+=-]+$/.test(argument)) return argument;
  return `'${argument.replaceAll("'", "'\\''")}'`;
}
