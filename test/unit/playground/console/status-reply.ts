/** A reply to `GET /status`, as a server of this version sends it. */
import { readStatus, type StatusView } from '@paxkv/playground/internal/console/status-view';
import type { StatusReply } from '@paxkv/protocol';

export const reply: StatusReply = {
  node: 1,
  cluster: 'paxkv',
  state: 'running',
  applied: 97,
  min: 90,
  max: 99,
  revision: 1234,
  sessions: 3,
  pending: 2,
  leader: 0,
  peers: [
    { node: 0, address: '10.0.0.1:4400', connected: true },
    { node: 2, address: '10.0.0.3:4400', connected: false, reason: 'connection refused' },
  ],
  residentBytes: 100 * 1024 * 1024,
  uptimeMs: 60_000,
  version: '0.1.0',
};

/** The view of such a reply with these members changed. */
export function viewOf(changes: object = {}): StatusView {
  const view = readStatus(JSON.parse(JSON.stringify({ ...reply, ...changes })));
  if (view === undefined) throw new Error('it is no status');
  return view;
}
