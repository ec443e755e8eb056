import { expect } from 'chai';
import { endpointsOf, planCluster } from 'paxkv/internal/cluster/plan';

describe('planCluster', () => {
  const plan = planCluster({ nodeCount: 3, firstPort: 4401, dataDirectory: '.paxkv' });

  it('gives nodes ports and directories side by side', () => {
    expect(plan.nodes.map(({ node, port }) => [node, port])).to.deep.equal([
      [0, 4401],
      [1, 4402],
      [2, 4403],
    ]);
    expect(plan.nodes.map(({ logFile }) => logFile)).to.deep.equal([
      '.paxkv/node-0.log',
      '.paxkv/node-1.log',
      '.paxkv/node-2.log',
    ]);
  });

  it('tells each node who it is, and all of them the same of the others', () => {
    expect(plan.nodes[1]?.serveArguments.join(' ')).to.equal(
      'serve --node 1 --peers 127.0.0.1:4401,127.0.0.1:4402,127.0.0.1:4403 --data .paxkv/node-1',
    );
  });

  it('gives all nodes the same log budget and log window', () => {
    const bounded = planCluster({
      nodeCount: 2,
      firstPort: 1,
      dataDirectory: 'd',
      logBudget: 4096,
      logWindow: 8192,
    });
    for (const { serveArguments } of bounded.nodes) {
      const bounds = ['--log-budget', '4096', '--log-window', '8192'];
      expect(serveArguments.slice(-4)).to.deep.equal(bounds);
    }
  });

  it('tells each node to offer no console, if there shall be none', () => {
    const bare = planCluster({ nodeCount: 1, firstPort: 1, dataDirectory: 'd', hasConsole: false });
    expect(bare.nodes[0]?.serveArguments.at(-1)).to.equal('--no-console');
    expect([plan.hasConsole, bare.hasConsole]).to.deep.equal([true, false]);
  });

  it('lists the endpoints as clients take them', () => {
    const pair = planCluster({ nodeCount: 2, firstPort: 7000, dataDirectory: 'd' });
    expect(endpointsOf(pair)).to.equal('http://127.0.0.1:7000,http://127.0.0.1:7001');
  });
});
