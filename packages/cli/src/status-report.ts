/** A summary of the cluster: the leader, whether a majority serves, and how far behind each server is. */
import type { EndpointStatus, KvError, StatusReply } from '@paxkv/client';
import Table from 'cli-table3';

export interface ClusterStatus {
  /** The leader as far as the servers know; `null` if no server names one. */
  readonly leader: number | null;
  /** Nodes in the cluster; `null` if no server answered. */
  readonly nodeCount: number | null;
  /** Nodes that serve and reach each other, as reported by the server that reaches most of them. */
  readonly servingCount: number;
  readonly hasMajority: boolean;
  readonly servers: readonly ServerStatus[];
}

/** One server's answer; `behind` counts the instances that it has not applied yet. */
export type ServerStatus =
  | { readonly endpoint: string; readonly behind: number; readonly status: StatusReply }
  | { readonly endpoint: string; readonly error: KvError };

const mebibyte = 1024 * 1024;
const heads = ['node', 'address', 'state', 'behind', 'revision', 'peers', 'memory'];
const widthMax = 80;
const gap = '  ';

export function toClusterStatus(rows: readonly EndpointStatus[]): ClusterStatus {
  const statuses = rows.flatMap(({ status }) => status ?? []);
  const serving = statuses.filter(({ state }) => state === 'running');
  const [first] = statuses;
  const nodeCount = first === undefined ? null : first.peers.length + 1;
  const down = new Set(statuses.filter((one) => !serving.includes(one)).map(({ node }) => node));
  const servingCount = Math.max(0, ...serving.map((status) => countReached(status, down)));
  const highest = Math.max(-1, ...statuses.flatMap(({ applied, max }) => [applied, max]));
  return {
    leader: leaderAmong(serving),
    nodeCount,
    servingCount,
    hasMajority: nodeCount !== null && servingCount > nodeCount / 2,
    servers: rows.map(({ endpoint, status, error }) =>
      status ? { endpoint, behind: highest - status.applied, status } : { endpoint, error },
    ),
  };
}

/** The server itself and its connected peers, without those known not to serve. */
function countReached({ peers }: StatusReply, down: ReadonlySet<number>): number {
  return 1 + peers.filter(({ node, connected }) => connected && !down.has(node)).length;
}

/** The server that reports itself as the leader, or else the node that most servers name. */
function leaderAmong(statuses: readonly StatusReply[]): number | null {
  const own = statuses.filter(({ node, leader }) => leader === node);
  const votes = new Map<number, number>();
  for (const { leader } of own.length > 0 ? own : statuses) {
    if (leader !== null) votes.set(leader, (votes.get(leader) ?? 0) + 1);
  }
  const [most] = [...votes].sort(([, a], [, b]) => b - a);
  return most?.[0] ?? null;
}

/** The status as text, at most 80 columns wide. Only the reasons below the table may be longer. */
export function toStatusText(status: ClusterStatus): string {
  const rows = status.servers.map((server) => toCells(server, status.leader));
  const notes = [...status.servers.flatMap(toNote), ...toLevelNote(status.servers)];
  return `${[...toSummary(status), '', toTable(rows), '', ...notes].join('\n').trimEnd()}\n`;
}

function toSummary({ leader, nodeCount, servingCount, hasMajority }: ClusterStatus): string[] {
  if (nodeCount === null) return ['leader:    unknown', 'majority:  unknown, no server answers'];
  const count = `${servingCount} of ${nodeCount} nodes serve`;
  return [
    `leader:    ${leader === null ? 'none' : `node ${leader}`}`,
    hasMajority
      ? `majority:  yes, ${count}`
      : `majority:  no, ${count}: reads and writes wait for ${Math.floor(nodeCount / 2) + 1}`,
  ];
}

function toCells(server: ServerStatus, leader: number | null): string[] {
  const address = server.endpoint.replace(/^http:\/\//, '');
  if ('error' in server) return ['?', address, 'no answer', '', '', '', ''];
  const { status, behind } = server;
  const connected = status.peers.filter((peer) => peer.connected).length;
  const role = status.node === leader ? 'leader' : 'follower';
  return [
    `${status.node}`,
    address,
    status.state === 'running' ? role : status.state,
    `${behind}`,
    `${status.revision}`,
    `${connected}/${status.peers.length}`,
    `${Math.round(status.residentBytes / mebibyte)} MiB`,
  ];
}

function toTable(rows: readonly string[][]): string {
  const widths = heads.map((head, column) =>
    Math.max(head.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  const total = widths.reduce((sum, width) => sum + width + gap.length, -gap.length);
  const addressColumn = heads.indexOf('address');
  const table = new Table({
    head: heads,
    // Only addresses vary much in length, so only they are truncated.
    colWidths: widths.map((width, column) =>
      column === addressColumn
        ? Math.max(heads.length, width - Math.max(0, total - widthMax))
        : width,
    ),
    colAligns: heads.map((head) =>
      ['behind', 'revision', 'peers', 'memory'].includes(head) ? 'right' : 'left',
    ),
    chars: noBorders,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
  });
  table.push(...rows);
  return table.toString().replace(/ +$/gm, '');
}

const noBorders = {
  ...Object.fromEntries(
    ['top', 'bottom', 'mid', 'left', 'right'].flatMap((side) => [
      [side, ''],
      [`${side}-left`, ''],
      [`${side}-right`, ''],
      [`${side}-mid`, ''],
    ]),
  ),
  middle: gap,
};

/** While servers are being upgraded: which of them keep the feature level from rising. */
function toLevelNote(servers: readonly ServerStatus[]): string[] {
  const statuses = servers.flatMap((server) => ('error' in server ? [] : server.status));
  const level = Math.max(0, ...statuses.map(({ featureLevel }) => featureLevel ?? 0));
  const limits = statuses.flatMap(({ node, featureLevels }) => {
    if (featureLevels === undefined) return [];
    const { highest, raiseMax = highest } = featureLevels;
    return [{ node, limit: Math.min(highest, raiseMax) }];
  });
  if (limits.every(({ limit }) => limit <= level)) return [];
  const holding = limits.filter(({ limit }) => limit <= level).map(({ node }) => `node ${node}`);
  const why = holding.length === 0 ? 'it rises soon' : `held back by ${holding.join(', ')}`;
  return [`feature level ${level}: ${why}`];
}

/** Why a server does not serve, if it is known. */
function toNote(server: ServerStatus): string[] {
  if ('error' in server) {
    const { message, cause, code } = server.error;
    // The cause describes the failed attempt; the message itself only repeats the call.
    const reason = cause instanceof Error ? cause.message : message;
    const place = reason.includes(server.endpoint) ? '' : `${server.endpoint}: `;
    return [`${place}${reason} (${code})`];
  }
  const { node, state, reason } = server.status;
  return reason === undefined ? [] : [`node ${node}: ${state}: ${reason}`];
}
