/** The cluster at a glance: a row a server. */
import type { EndpointStatus } from '@paxkv/client';
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
  if (!status) return ['?', endpoint, { colSpan: 8, content: `${error.message} (${error.code})` }];
  const connected = status.peers.filter((peer) => peer.connected).length;
  return [
    status.node,
    endpoint,
    'replica',
    status.reason === undefined ? status.state : `${status.state}: ${status.reason}`,
    status.applied,
    status.min,
    status.max,
    status.revision,
    `${connected}/${status.peers.length}`,
    `${Math.round(status.residentBytes / mebibyte)} MiB`,
  ];
}
