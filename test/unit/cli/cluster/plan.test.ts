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
      'serve --node 1 --peers 127.0.0.1:4401,127.0.0.1:4402,127.0.0.1:4403 --data .paxkv/node-1 ' +
        '--cluster-secret-file .paxkv/cluster-secret',
    );
  });

  it('gives all nodes the same further arguments', () => {
    const nodeArguments = ['--log-budget', '4KiB'];
    const size = { nodeCount: 2, firstPort: 1, dataDirectory: 'd', nodeArguments };
    for (const { serveArguments } of planCluster(size).nodes) {
      expect(serveArguments.slice(-2)).to.deep.equal(nodeArguments);
    }
  });

  it('knows whether the nodes offer a console', () => {
    const bare = planCluster({ nodeCount: 1, firstPort: 1, dataDirectory: 'd', hasConsole: false });
    expect([plan.hasConsole, bare.hasConsole]).to.deep.equal([true, false]);
  });

  it('lists the endpoints as clients take them', () => {
    const pair = planCluster({ nodeCount: 2, firstPort: 7000, dataDirectory: 'd' });
    expect(endpointsOf(pair)).to.equal('http://127.0.0.1:7000,http://127.0.0.1:7001');
  });
});
