import { KvError } from '@paxkv/client';
import { expect } from 'chai';
import { toStatusTable } from 'paxkv/internal/status-table';
import { runningStatus } from '../kvserver/api/http/app-under-test.ts';

const endpoint = 'http://127.0.0.1:4401';

/** The cells of each row, the lines between rows left out. */
function cellsOf(table: string): string[][] {
  return table
    .split('\n')
    .filter((line) => line.includes('│'))
    .map((line) =>
      line
        .split('│')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
}

describe('toStatusTable', () => {
  it('names the leader', () => {
    const table = toStatusTable([{ endpoint, status: { ...runningStatus, leader: 0 } }]);
    expect(cellsOf(table)[1]).to.include('leader');
  });

  it('has a row a server, with how many of its peers it sees', () => {
    const residentBytes = 83.4 * 1024 * 1024;
    const table = toStatusTable([{ endpoint, status: { ...runningStatus, residentBytes } }]);
    const [heads, row] = cellsOf(table);
    const named = Object.fromEntries(heads?.map((head, index) => [head, row?.[index]]) ?? []);
    expect(named).to.deep.equal({
      node: '0',
      endpoint,
      role: 'replica',
      state: 'running',
      applied: '3',
      min: '1',
      max: '4',
      revision: '2',
      peers: '1/2',
      memory: '83 MiB',
    });
  });

  it('says why a server has failed', () => {
    const status = { ...runningStatus, state: 'failed', reason: 'its journal is damaged' } as const;
    expect(toStatusTable([{ endpoint, status }])).to.contain('failed: its journal is damaged');
  });

  it('has a row with the error for a server that does not answer', () => {
    const cause = new Error('connect ECONNREFUSED');
    const error = new KvError('KV_UNREACHABLE', 'status: a long story', { cause });
    const [, row] = cellsOf(toStatusTable([{ endpoint, error }]));
    expect(row).to.deep.equal(['?', endpoint, 'connect ECONNREFUSED (KV_UNREACHABLE)']);
  });

  it('has no colours', () => {
    expect(toStatusTable([{ endpoint, status: runningStatus }])).not.to.contain('\u001B');
  });
});
