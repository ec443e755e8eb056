/** A new cluster for each test of a suite. Its logs are printed if the test fails. */
import { ProcessCluster } from './process-cluster.ts';

/** `cluster` may be read inside a test only. */
export function clusterPerTest(): { readonly cluster: ProcessCluster } {
  let cluster: ProcessCluster | undefined;

  beforeEach(async function () {
    this.timeout(40_000);
    cluster = await ProcessCluster.start();
  });

  afterEach(async function () {
    this.timeout(40_000);
    if (this.currentTest?.state === 'failed') console.error(cluster?.log);
    await cluster?.close();
    cluster = undefined;
  });

  return {
    get cluster() {
      if (cluster === undefined) throw new Error('there is a cluster only during a test');
      return cluster;
    },
  };
}
