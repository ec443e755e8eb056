/** Shows that the nodes of a real cluster communicate only through the proxies. */
import { setTimeout as pause } from 'node:timers/promises';
import { KvError } from '@paxkv/client';
import { expect } from 'chai';
import { ProcessCluster } from '../../process/process-cluster.ts';
import { ProxyNetwork } from './proxy-network.ts';
import { shapes } from './shapes.ts';

const pollMs = 20;

describe('the network of proxies', () => {
  let network: ProxyNetwork;
  let cluster: ProcessCluster;

  before(async function () {
    this.timeout(40_000);
    network = await ProxyNetwork.open(3);
    cluster = await ProcessCluster.start({
      addressesFor: (node, addresses) => network.addressesFor(node, addresses),
    });
  });

  after(async () => {
    await cluster.close();
    await network.close();
  });

  /** Resolves when `node` has open connections to exactly these others. */
  const reaches = async (node: number, others: readonly number[]): Promise<void> => {
    for (;;) {
      const { peers } = await cluster.status(node);
      const reached = peers.filter(({ connected }) => connected).map((peer) => peer.node);
      if (`${reached}` === `${others}`) return;
      await pause(pollMs);
    }
  };

  it('cuts one way and leaves the other, or both, and heals', async () => {
    await Promise.all([reaches(0, [1, 2]), reaches(1, [0, 2]), reaches(2, [0, 1])]);
    network.impose({ type: 'cut' }, shapes['one-way out']({ nodeCount: 3, pivot: 0 }));
    await Promise.all([reaches(0, []), reaches(1, [0, 2]), reaches(2, [0, 1])]);
    network.impose({ type: 'cut' }, shapes['one-way in']({ nodeCount: 3, pivot: 0 }));
    await Promise.all([reaches(1, [2]), reaches(2, [1])]);

    const lonely = cluster.client({ nodes: [0], timeoutMs: 700 });
    const failure = await lonely.put('colour', 'red').catch((error: unknown) => error);
    expect(failure).to.be.instanceOf(KvError);
    await cluster.client({ nodes: [1, 2] }).put('shape', 'round');

    network.heal();
    await Promise.all([reaches(0, [1, 2]), reaches(1, [0, 2]), reaches(2, [0, 1])]);
    expect(await cluster.client({ nodes: [0] }).get('shape')).to.equal('round');
  }).timeout(60_000);

  it('has a link from each node to each other, and no more', () => {
    expect(() => network.impose({ type: 'cut' }, [{ from: 0, to: 3 }])).to.throw('no link 0>3');
  });
});
