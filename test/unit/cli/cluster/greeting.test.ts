import { expect } from 'chai';
import { toFarewell, toGreeting } from 'paxkv/internal/cluster/greeting';
import { planCluster } from 'paxkv/internal/cluster/plan';

const plan = planCluster({ nodeCount: 3, firstPort: 4401, dataDirectory: '.paxkv' });

describe('toGreeting', () => {
  it('shows where each node is, and which process it is', () => {
    const text = toGreeting({ plan, pids: [11, 12, 13], paxkv: 'paxkv' });
    expect(text).to.contain('  node 1  http://127.0.0.1:4402  pid 12  log .paxkv/node-1.log\n');
  });

  it('gives a put and a get to paste, by curl and by the command', () => {
    const text = toGreeting({ plan, pids: [], paxkv: 'npx paxkv' });
    expect(text).to.contain('  curl -X PUT http://127.0.0.1:4401/v1/kv/greeting -d hello\n');
    expect(text).to.contain('  curl http://127.0.0.1:4402/v1/kv/greeting\n');
    expect(text).to.contain('  npx paxkv put greeting hello\n');
    expect(text).to.contain('  npx paxkv get greeting\n');
  });

  it('names the endpoints where they are not those that commands ask by themselves', () => {
    const single = planCluster({ nodeCount: 1, firstPort: 7000, dataDirectory: 'd' });
    const text = toGreeting({ plan: single, pids: [1], paxkv: 'paxkv' });
    expect(text).to.contain('  paxkv get greeting --endpoints http://127.0.0.1:7000\n');
    expect(text).to.contain('  curl http://127.0.0.1:7000/v1/kv/greeting\n');
  });
});

describe('toFarewell', () => {
  it('says in one line how a node ended, and the command that brings it back', () => {
    const spaced = planCluster({ nodeCount: 1, firstPort: 7000, dataDirectory: 'my data' });
    const [node] = spaced.nodes;
    expect(node && toFarewell(node, { reason: 'SIGKILL' }, 'paxkv')).to.equal(
      'node 0 ended (SIGKILL). To run it again: ' +
        "paxkv serve --node 0 --peers 127.0.0.1:7000 --data 'my data/node-0'",
    );
  });
});
