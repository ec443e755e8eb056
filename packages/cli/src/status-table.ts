/** The cluster at a glance: a row a server. */
import type { EndpointStatus, KvError } from '@paxkv/client';
import Table from 'cli-table3';

const mebibyte = 1024 * 1024;
const heads = [
  'node',
  'endpoint',
  'role',
  'state',
  'applied',
  'min',
  'max',
  'revision',
  'peers',
  'memory',
];

export function toStatusTable(rows: readonly EndpointStatus[]): string {
  const table = new Table({ head: heads, style: { head: [], border: [] } });
  for (const row of rows) table.push(toCells(row));
  return `${table.toString()}\n`;
}

function toCells({ endpoint, status, error }: EndpointStatus) {
  if (!status) {
    return [
      '?',
      endpoint,
      { colSpan: heads.length - 2, content: `${reasonOf(error)} (${error.code})` },
    ];
  }
  const connected = status.peers.filter((peer) => peer.connected).length;
  return [
    status.node,
    endpoint,
    status.leader === status.node ? 'leader' : 'replica',
    status.reason === undefined ? status.state : `${status.state}: ${status.reason}`,
    status.applied,
    status.min,
    status.max,
    status.revision,
    `${connected}/${status.peers.length}`,
    `${Math.round(status.residentBytes / mebibyte)} MiB`,
  ];
}

/** The attempt's own words where there was one: the rest is told by the code. */
function reasonOf({ message, cause }: KvError): string {
  return cause instanceof Error ? cause.message : message;
}
