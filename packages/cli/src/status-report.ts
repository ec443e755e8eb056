/** A summary of the cluster: the leader, whether a majority serves, and a table of the servers. */
import type { EndpointStatus, KvError, StatusReply } from '@paxkv/client';
import { durationText } from '@paxkv/protocol';
import Table from 'cli-table3';
import { addressOf, forText, toNotes, whyNotReady } from './server-notes.ts';

export interface ClusterStatus {
  /** The leader as far as the servers know; `null` if no server names one. */
  readonly leader: number | null;
  /** Nodes in the cluster; `null` if no server answered. */
  readonly nodeCount: number | null;
  /** Nodes that serve and reach each other, as reported by the server that reaches most of them. */
  readonly servingCount: number;
  /** Servers that answered and are ready. */
  readonly readyCount: number;
  /** Whether a server reaches a majority, as it says itself. */
  readonly hasMajority: boolean;
  /** For how long, in milliseconds, as far as is known. */
  readonly majorityForMs?: number;
  readonly servers: readonly ServerStatus[];
}

/** One server's answer; `behind` counts the instances that it has not applied yet. */
export type ServerStatus =
  | {
      readonly endpoint: string;
      readonly behind: number;
      readonly status: StatusReply;
      readonly error?: undefined;
    }
  | { readonly endpoint: string; readonly status?: undefined; readonly error: KvError };

const mebibyte = 1024 * 1024;
const heads = ['node', 'address', 'state', 'behind', 'log', 'flush', 'peers', 'memory'];
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
    readyCount: rows.filter((row) => whyNotReady(row) === undefined).length,
    ...majorityOf(serving, nodeCount !== null && servingCount > nodeCount / 2),
    servers: rows.map(({ endpoint, status, error }) =>
      status ? { endpoint, behind: highest - status.applied, status } : { endpoint, error },
    ),
  };
}

/** `isConnected`: what the connections suggest, for servers of earlier versions, which know no more. */
function majorityOf(
  serving: readonly StatusReply[],
  isConnected: boolean,
): Pick<ClusterStatus, 'hasMajority' | 'majorityForMs'> {
  const known = serving.flatMap(({ majority }) => majority ?? []);
  if (known.length === 0) return { hasMajority: isConnected };
  const hasMajority = known.some(({ reached }) => reached);
  const times = known.filter(({ reached }) => reached === hasMajority).map(({ forMs }) => forMs);
  return { hasMajority, majorityForMs: Math.max(...times) };
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
  const notes = [...toNotes(status.servers), ...toLevelNote(status.servers)];
  return `${[...toSummary(status), '', toTable(rows), '', ...notes].join('\n').trimEnd()}\n`;
}

function toSummary(status: ClusterStatus): string[] {
  const { nodeCount, servingCount, readyCount, hasMajority, majorityForMs } = status;
  if (nodeCount === null) return ['leader:    unknown', 'majority:  unknown, no server answers'];
  const since = forText(majorityForMs);
  const needed = Math.floor(nodeCount / 2) + 1;
  return [
    `leader:    ${toLeaderText(status)}`,
    hasMajority
      ? `majority:  yes${since}, ${servingCount} of ${nodeCount} nodes serve`
      : `majority:  no${since}, ${servingCount} of ${nodeCount} nodes serve: reads and writes wait for ${needed}`,
    `ready:     ${readyCount} of ${nodeCount} nodes`,
  ];
}

function toLeaderText({ leader, servers }: ClusterStatus): string {
  if (leader === null) return 'none';
  const times = servers.flatMap(({ status }) =>
    status?.election?.leader === leader ? status.election.agoMs : [],
  );
  // A server that was restarted since learned of the leader later.
  const ago = times.length === 0 ? '' : `, elected ${durationText(Math.max(...times))} ago`;
  return `node ${leader}${ago}`;
}

function toCells(server: ServerStatus, leader: number | null): string[] {
  const address = addressOf(server.endpoint);
  if (server.status === undefined)
    return ['?', address, 'no answer', ...heads.slice(3).map(() => '')];
  const { status, behind } = server;
  const connected = status.peers.filter((peer) => peer.connected).length;
  return [
    `${status.node}`,
    address,
    toStateText(server, leader),
    `${behind}`,
    toLogText(status),
    toFlushText(status),
    `${connected}/${status.peers.length}`,
    toBytesText(status.residentBytes),
  ];
}

function toStateText(
  server: ServerStatus & { status: StatusReply },
  leader: number | null,
): string {
  const { node, state } = server.status;
  if (state !== 'running') return state;
  if (whyNotReady(server) !== undefined) return 'not ready';
  return node === leader ? 'leader' : 'follower';
}

/** What the server holds of the log in memory. */
function toLogText({ retained }: StatusReply): string {
  return retained === undefined ? '' : toBytesText(retained.bytes);
}

/** How long the slowest of a hundred flushes takes, or one that hangs. */
function toFlushText({ disk }: StatusReply): string {
  if (disk === undefined || disk.p99Ms === null) return '';
  const slowestMs = Math.max(disk.p99Ms, disk.pendingMs);
  return slowestMs < 1 ? '<1 ms' : durationText(slowestMs);
}

function toBytesText(bytes: number): string {
  return bytes < mebibyte && bytes > 0 ? '<1 MiB' : `${Math.round(bytes / mebibyte)} MiB`;
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
      ['behind', 'log', 'flush', 'peers', 'memory'].includes(head) ? 'right' : 'left',
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
