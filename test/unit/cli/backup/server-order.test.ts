import { KvError, type StatusReply } from '@paxkv/client';
import { expect } from 'chai';
import { serverOrder } from 'paxkv/internal/backup/server-order';
import { runningStatus } from '../../kvserver/api/http/server-under-test.ts';

const failed = { name: 'state', passed: false, required: true, detail: 'repairing' };

const status = (node: number, more: Partial<StatusReply>): StatusReply => ({
  ...runningStatus,
  node,
  leader: 0,
  checks: [],
  ...more,
});

describe('The order of servers for a backup', () => {
  it('is followers, the furthest first, then the leader, then those that are not ready', () => {
    const rows = [
      { endpoint: 'silent', error: new KvError('KV_UNREACHABLE', 'No answer.') },
      {
        endpoint: 'repairing',
        status: status(3, { state: 'repairing', applied: 9, checks: [failed] }),
      },
      { endpoint: 'leader', status: status(0, { applied: 9 }) },
      { endpoint: 'behind', status: status(1, { applied: 7 }) },
      { endpoint: 'follower', status: status(2, { applied: 8 }) },
    ];
    expect(serverOrder(rows)).to.deep.equal([
      'follower',
      'behind',
      'leader',
      'repairing',
      'silent',
    ]);
  });
});
