import { type EndpointStatus, KvError, type StatusReply } from '@paxkv/client';
import { expect } from 'chai';
import { toClusterStatus, toStatusText } from 'paxkv/internal/status-report';
import { runningStatus } from '../kvserver/api/http/server-under-test.ts';

const nodes = [0, 1, 2];

/** The answer of a node that serves and is connected to these peers. */
function answer(node: number, connected: readonly number[], changes: Partial<StatusReply> = {}) {
  const peers = nodes
    .filter((peer) => peer !== node)
    .map((peer) => ({ node: peer, connected: connected.includes(peer) }));
  return {
    endpoint: `http://127.0.0.1:440${node + 1}`,
    status: { ...runningStatus, node, peers, majority: majorityWith(connected), ...changes },
  } satisfies EndpointStatus;
}

function majorityWith(connected: readonly number[]) {
  return { reached: connected.length > 0, forMs: 4200 };
}

function silence(node: number): EndpointStatus {
  const cause = new Error('connect ECONNREFUSED');
  const error = new KvError('KV_UNREACHABLE', 'status: a long story', { cause });
  return { endpoint: `http://127.0.0.1:440${node + 1}`, error };
}

function textOf(...rows: EndpointStatus[]): string {
  return toStatusText(toClusterStatus(rows));
}

/** The words of each row of the table. */
function rowsOf(text: string): string[][] {
  const lines = text.split('\n');
  const start = lines.findIndex((line) => line.startsWith('node '));
  const rows = lines.slice(start);
  return rows.slice(0, rows.indexOf('')).map((line) => line.split(/ {2,}/));
}

describe('the status of a cluster', () => {
  it('names the leader, that a majority serves, and how far each server is behind', () => {
    const leader = 1;
    const residentBytes = 83.4 * 1024 * 1024;
    const log = (mebibytes: number) => ({
      retained: { instances: 3, bytes: mebibytes * 1024 * 1024, neededBy: [] },
    });
    const disk = { flushes: 9, p50Ms: 1, p99Ms: 3.4, lastAgoMs: 5, pendingMs: 0 };
    const text = textOf(
      answer(0, [1, 2], { leader, applied: 9, max: 10, residentBytes, ...log(7), disk }),
      answer(1, [0, 2], { leader, applied: 10, max: 10, residentBytes, ...log(8), disk }),
      answer(2, [0, 1], { leader, applied: 3, max: 9, residentBytes, ...log(9), disk }),
    );
    expect(text).to.match(/^leader: +node 1$/m);
    expect(text).to.match(/^majority: +yes for 4.2 s, 3 of 3 nodes serve$/m);
    expect(text).to.match(/^ready: +3 of 3 nodes$/m);
    expect(rowsOf(text)).to.deep.equal([
      ['node', 'address', 'state', 'behind', 'log', 'flush', 'peers', 'memory'],
      ['0', '127.0.0.1:4401', 'follower', '1', '7 MiB', '3 ms', '2/2', '83 MiB'],
      ['1', '127.0.0.1:4402', 'leader', '0', '8 MiB', '3 ms', '2/2', '83 MiB'],
      ['2', '127.0.0.1:4403', 'follower', '7', '9 MiB', '3 ms', '2/2', '83 MiB'],
    ]);
  });

  it('counts a majority only of nodes that reach one another', () => {
    const apart = toClusterStatus([answer(0, []), answer(1, []), silence(2)]);
    expect(apart).to.include({ servingCount: 1, hasMajority: false });
    const together = toClusterStatus([answer(0, [1]), answer(1, [0]), silence(2)]);
    expect(together).to.include({ servingCount: 2, hasMajority: true });
  });

  it('counts peers that were not asked, but none that says it does not serve', () => {
    expect(toClusterStatus([answer(0, [1])])).to.include({ servingCount: 2, nodeCount: 3 });
    const repairing = answer(1, [0], { state: 'repairing' });
    expect(toClusterStatus([answer(0, [1]), repairing])).to.include({ servingCount: 1 });
  });

  it('says what waits without a majority', () => {
    expect(textOf(answer(0, []), silence(1), silence(2))).to.match(
      /^majority: +no for 4.2 s, 1 of 3 nodes serve: reads and writes wait for 2$/m,
    );
  });

  it('believes a server that it leads itself, before those that say another does', () => {
    const rows = [0, 1, 2].map((node) => answer(node, [0, 1, 2], { leader: node === 2 ? 2 : 0 }));
    expect(toClusterStatus([...rows.slice(1)]).leader).to.equal(2);
    expect(toClusterStatus(rows.slice(1, 2)).leader).to.equal(0);
    expect(textOf(answer(0, [1, 2]))).to.match(/^leader: +none$/m);
  });

  it('takes the word of a server for its majority, and its connections if it gives none', () => {
    const { majority: _, ...former } = answer(0, [1]).status;
    const answers = [{ ...answer(0, [1]), status: former }, silence(1), silence(2)];
    expect(toClusterStatus(answers)).to.include({ servingCount: 2, hasMajority: true });
    const alone = answer(0, [1, 2], { majority: { reached: false, forMs: 1 } });
    expect(toClusterStatus([alone])).to.include({ hasMajority: false, majorityForMs: 1 });
  });

  it('says when the leader was elected, by the server that has known it longest', () => {
    const elected = (leader: number, agoMs: number) => ({ leader: 1, election: { leader, agoMs } });
    const text = textOf(
      answer(0, [1, 2], elected(1, 2000)),
      answer(1, [0, 2], elected(1, 180_000)),
      answer(2, [0, 1], elected(0, 900_000)),
    );
    expect(text).to.match(/^leader: +node 1, elected 3 min ago$/m);
  });

  it('calls a server that runs and fails a check not ready', () => {
    const checks = [{ name: 'disk', passed: false, required: true, detail: 'it hangs' }];
    const disk = { flushes: 9, p50Ms: 1, p99Ms: 3, lastAgoMs: 5, pendingMs: 7300 };
    const text = textOf(answer(0, [1, 2], { checks, disk, leader: 0 }));
    expect(rowsOf(text)[1]?.slice(2)).to.deep.equal(
      ['not ready', '1', '7.3 s', '2/2', '<1 MiB'].filter((cell) => cell !== ''),
    );
    expect(text).to.match(/^ready: +0 of 3 nodes$/m);
    expect(text).to.match(/^node 0 is not ready: it hangs$/m);
  });

  it('knows nothing if no server answers', () => {
    const text = textOf(silence(0), silence(1));
    expect(text).to.match(/^leader: +unknown$/m);
    expect(text).to.match(/^majority: +unknown, no server answers$/m);
  });

  it('fits 80 columns, also with long addresses and large numbers', () => {
    const big = { applied: 1, max: 123_456_789_012, revision: 98_765_432_109 };
    const rows = nodes.map((node) => ({
      ...answer(node, nodes, { ...big, state: 'repairing', residentBytes: 2e10 }),
      endpoint: `https://paxkv-${node}.database.internal.example.com:44000`,
    }));
    const lines = textOf(...rows).split('\n');
    expect(lines.find((line) => line.includes('repairing'))).to.contain('123456789011');
    for (const line of lines) expect(line.length, line).to.be.at.most(80);
  });

  it('says which servers keep the feature level from rising, while others can run at a higher one', () => {
    const at = (node: number, highest: number, changes: object = {}) =>
      answer(node, nodes, { featureLevel: 1, featureLevels: { lowest: 1, highest, ...changes } });
    expect(textOf(at(0, 2), at(1, 1), at(2, 2, { raiseMax: 1 }))).to.match(
      /^feature level 1: held back by node 1, node 2$/m,
    );
    expect(textOf(at(0, 2), at(1, 2))).to.match(/^feature level 1: it rises soon$/m);
    expect(textOf(at(0, 1), at(1, 1))).not.to.contain('feature level');
    expect(textOf(answer(0, nodes))).not.to.contain('feature level');
  });

  it('has no colours', () => {
    expect(textOf(answer(0, []))).not.to.contain('\u001B');
  });
});
