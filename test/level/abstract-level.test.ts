/** The whole suite that abstract-level publishes for databases, over a cluster of three processes. */
import { KvClient } from '@paxkv/client';
import { PaxosLevel } from '@paxkv/paxos-level';
import abstractLevelSuite from 'abstract-level/test/index.js';
import { expect } from 'chai';
import { ProcessCluster } from '../process/process-cluster.ts';
import { runTape } from './tape-run.ts';

/** Fewer would mean that the suite has left out a part. */
const assertionCountMin = 4_000;

describe('PaxosLevel over three processes', () => {
  let cluster: ProcessCluster;
  let client: KvClient;

  before(async function () {
    this.timeout(60_000);
    cluster = await ProcessCluster.start();
    client = new KvClient({ endpoints: cluster.endpoints, timeoutMs: 30_000 });
  });
  after(async function () {
    this.timeout(20_000);
    await client?.close();
    await cluster?.close();
  });

  it('passes the suite of abstract-level', async function () {
    this.timeout(300_000);
    let count = 0;
    const { passed, failed } = await runTape((test) =>
      abstractLevelSuite({
        test,
        factory(options) {
          count += 1;
          // Some batches of the suite are larger than a transaction.
          const own = { client, splitBatches: true };
          return new PaxosLevel(`database ${count}/`, { ...own, ...options });
        },
      }),
    );
    console.log(`    ${passed} assertions of abstract-level held, on ${count} databases`);
    expect(failed).to.deep.equal([]);
    expect(passed).to.be.at.least(assertionCountMin);
  });
});
