/**
 * One cluster for the tests of a suite, which use different keys and leave every server running. After a test that failed,
 * the logs are printed and the next test gets a new cluster.
 */
import { expect } from 'chai';
import { ProcessCluster } from './process-cluster.ts';

/** `cluster` may be read inside a test only. */
export function clusterPerSuite(): { readonly cluster: ProcessCluster } {
  let cluster: ProcessCluster | undefined;

  beforeEach(async function () {
    this.timeout(40_000);
    cluster ??= await ProcessCluster.start();
  });

  afterEach(async function () {
    this.timeout(40_000);
    const { currentTest } = this;
    if (currentTest?.state === 'failed') {
      console.error(cluster?.log);
      await cluster?.close();
      cluster = undefined;
    }
    const ended = cluster?.nodes.filter((node) => cluster?.hasExited(node));
    expect(ended ?? [], `ended when "${currentTest?.title}" was over`).to.deep.equal([]);
  });

  after(async function () {
    this.timeout(40_000);
    await cluster?.close();
  });

  return {
    get cluster() {
      if (cluster === undefined) throw new Error('there is a cluster only during a test');
      return cluster;
    },
  };
}
