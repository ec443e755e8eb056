/** The order in which servers are asked for a backup: reading a whole state should not slow the leader down. */
import type { EndpointStatus } from '@paxkv/client';
import { whyNotReady } from '../server-notes.ts';

/** Endpoints: followers that are ready, the furthest first; then the leader; then the others, which may still answer. */
export function serverOrder(rows: readonly EndpointStatus[]): string[] {
  return [...rows]
    .sort((a, b) => rankOf(a) - rankOf(b) || appliedBy(b) - appliedBy(a))
    .map(({ endpoint }) => endpoint);
}

function rankOf(row: EndpointStatus): number {
  if (row.status === undefined) return 3;
  if (whyNotReady(row) !== undefined) return 2;
  return row.status.leader === row.status.node ? 1 : 0;
}

function appliedBy({ status }: EndpointStatus): number {
  return status?.applied ?? -1;
}
