/** The script for rolling changes, on real processes under load. */
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { Appenders } from '../process/appenders.ts';
import { clusterPerTest } from '../process/cluster-per-test.ts';
import { roll } from './rolling-script.ts';

const laneCount = 4;

describe('deploy/rolling.mjs', function () {
  this.timeout(120_000);
  const each = clusterPerTest();
  let control: Server;
  let restart: (node: number) => Promise<void>;

  beforeEach(async () => {
    control = createServer((request, response) => {
      restart(Number(request.url?.slice(1))).then(
        () => response.writeHead(200).end(),
        () => response.writeHead(500).end(),
      );
    });
    await once(control.listen(0, '127.0.0.1'), 'listening');
  });
  afterEach(() => {
    control.closeAllConnections();
    control.close();
  });

  function rollAll(addresses: readonly string[], wait = '30s') {
    const ask = `http://127.0.0.1:${(control.address() as AddressInfo).port}/`;
    return roll({ addresses, ask, wait });
  }

  it('changes every node once, the leader last, and no request fails', async () => {
    const { cluster } = each;
    const client = cluster.client();
    const load = new Appenders('list', new Array(laneCount).fill(client));
    await load.progress.advanced(100);
    const { leader } = await cluster.status(0);
    const restarted: number[] = [];
    restart = async (node) => {
      restarted.push(node);
      expect(await cluster.stop(node)).to.deep.equal({ code: 0, signal: null });
      cluster.launch(node);
    };
    const { code, output } = await rollAll(cluster.addresses);
    expect(code, output).to.equal(0);
    expect(restarted).to.have.members([...cluster.nodes]);
    expect(restarted.at(-1)).to.equal(leader);
    await load.progress.advanced(laneCount + 1);
    await load.stop();
    expect(load.gaveUp).to.deep.equal([]);
    load.check(await client.get('list'));
  });

  it('stops where the command fails, and says which nodes are changed', async () => {
    const { cluster } = each;
    const asked: number[] = [];
    restart = async (node) => {
      asked.push(node);
      if (asked.length === 2) throw new Error('the new version cannot be installed');
    };
    const { code, output } = await rollAll(cluster.addresses);
    expect(code).to.equal(1);
    expect(asked).to.have.lengthOf(2);
    expect(output).to.contain(
      `the command failed for node ${asked[1]} (exit code 9); nodes changed so far: ${asked[0]}`,
    );
  });

  it('takes no node away while another is not ready, or is not named', async () => {
    const { cluster } = each;
    restart = async () => {
      throw new Error('nothing may be restarted');
    };
    const some = await rollAll(cluster.addresses.slice(1));
    expect(some.code, some.output).to.equal(2);
    expect(some.output).to.contain('name all 3 nodes; 2 are named');
    await cluster.stop(1);
    const { code, output } = await rollAll(cluster.addresses, '1s');
    expect(code, output).to.equal(1);
    expect(output).to.contain('not every node is ready before the first node');
  });
});
