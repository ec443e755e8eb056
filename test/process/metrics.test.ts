/** What `/metrics` says of real servers is true: of requests, of a leader that dies, of a peer that is away, of disks. */
import { setTimeout as pause } from 'node:timers/promises';
import { expect } from 'chai';
import { openRig, type Rig } from '../faults/disk/rig.ts';
import { Missing } from '../faults/disk/shim-library.ts';
import { clusterPerSuite } from './cluster-per-suite.ts';
import { ProcessCluster } from './process-cluster.ts';
import { Scrape } from './scrape.ts';

const leaderChanges = 'paxkv_server_leader_changes_seen_total';
const flushes = 'paxkv_disk_wal_fsync_duration_seconds_count';
const puts =
  /^paxkv_request_duration_seconds_count\{command="put",transport="http",outcome="done"\}/;

function addressOf(cluster: ProcessCluster, node: number): string {
  return cluster.addresses[node] ?? expect.fail(`no node ${node}`);
}

/** How often the log of a server says that there is another leader. */
function electionsIn({ log }: ProcessCluster, node: number): number {
  const pattern = new RegExp(`"me":${node},.*"msg":"(?:leader elected|election won)"`, 'g');
  return [...log.matchAll(pattern)].length;
}

async function leaderOf(cluster: ProcessCluster): Promise<number> {
  for (;;) {
    for (const node of cluster.nodes) {
      const { leader } = await cluster.status(node);
      if (leader !== null) return leader;
    }
    await pause(20);
  }
}

describe('the metrics of three processes', () => {
  const each = clusterPerSuite();

  it('count what clients did: each put once, at the server that answered it', async () => {
    const { cluster } = each;
    // It is the first test, so nothing else was counted. Without the client, which may send a request again, and pings
    // servers with gets.
    const urls = cluster.addresses.map((address) => `http://${address}/v1/kv/`);
    for (let count = 0; count < 100; count += 1) {
      const url = urls[count % urls.length];
      const reply = await fetch(`${url}k${count}`, { method: 'PUT', body: 'v' });
      expect(reply.status).to.equal(200);
    }
    await fetch(`${urls[0]}k1`);
    const scrapes = await Promise.all(cluster.addresses.map((address) => Scrape.of(address)));
    expect(scrapes.reduce((sum, scrape) => sum + scrape.sum(puts), 0)).to.equal(100);
    const gets =
      /^paxkv_request_duration_seconds_count\{command="get",transport="http",outcome="done"\}/;
    expect(scrapes.reduce((sum, scrape) => sum + scrape.sum(gets), 0)).to.equal(1);
    for (const address of cluster.addresses) {
      const scrape = await Scrape.until(
        address,
        (one) => one.at('paxkv_store_revision_total') === 100,
      );
      const applied = scrape.at('paxkv_server_proposals_applied_total');
      expect(applied).to.be.above(0);
      expect(scrape.at('paxkv_server_proposals_committed_total')).to.be.at.least(applied ?? 0);
      expect(scrape.at(flushes)).to.be.at.least(3);
      expect(scrape.at('paxkv_server_bound_used{bound="pendingRequestCountMax"}')).to.equal(0);
    }
  }).timeout(30_000);

  it('have the round trips to each peer, about one a second', async () => {
    const { cluster } = each;
    const name = 'paxkv_network_peer_round_trip_time_seconds';
    const trips = (scrape: Scrape, peer: number) => scrape.at(`${name}_count{peer="${peer}"}`) ?? 0;
    const both = (scrape: Scrape) => trips(scrape, 1) > 1 && trips(scrape, 2) > 1;
    const scrape = await Scrape.until(addressOf(cluster, 0), both);
    expect(trips(scrape, 0)).to.equal(0);
    const sum = scrape.at(`${name}_sum{peer="1"}`) ?? 0;
    expect(sum).to.be.above(0).and.below(trips(scrape, 1));
  }).timeout(30_000);

  it('count refusals by their codes', async () => {
    const address = addressOf(each.cluster, 0);
    await fetch(`http://${address}/v1/kv/absent`);
    await fetch(`http://${address}/no/such/path`);
    await fetch(`http://${address}/no/such/path`);
    const scrape = await Scrape.of(address);
    const errors = (code: string) =>
      scrape.at(`paxkv_error_replies_total{transport="http",code="${code}"}`);
    expect(errors('KV_NO_SUCH_KEY')).to.equal(1);
    expect(errors('KV_NO_SUCH_ROUTE')).to.equal(2);
  }).timeout(30_000);

  it('count the change when the leader is killed, and show who is gone and how far behind', async () => {
    const { cluster } = each;
    const leader = await leaderOf(cluster);
    const others = cluster.nodes.filter((node) => node !== leader);
    const client = cluster.client({ nodes: others });
    const { revision } = await client.put('k', 'v');
    const addresses = others.map((node) => addressOf(cluster, node));
    const before = await Promise.all(addresses.map((address) => Scrape.of(address)));
    await cluster.kill(leader);
    const value = 'v'.repeat(10_000);
    for (let count = 0; count < 50; count += 1) await client.put('k', value);
    const after = await Promise.all(
      addresses.map((address) =>
        Scrape.until(
          address,
          (scrape) =>
            scrape.at('paxkv_server_has_leader') === 1 &&
            scrape.at(`paxkv_network_peer_connected{peer="${leader}"}`) === 0 &&
            (scrape.at('paxkv_store_revision_total') ?? 0) >= revision + 50,
        ),
      ),
    );
    expect(
      after.reduce((sum, scrape) => sum + (scrape.at('paxkv_server_is_leader') ?? 0), 0),
    ).to.equal(1);
    after.forEach((scrape, index) => {
      const changes = (scrape.at(leaderChanges) ?? 0) - (before[index]?.at(leaderChanges) ?? 0);
      // A busy machine may need a second election, which the log has too.
      expect(changes).to.be.at.least(1);
      expect(scrape.at(leaderChanges)).to.equal(electionsIn(cluster, others[index] ?? -1));
      expect(scrape.at(`paxkv_network_peer_lag_instances{peer="${leader}"}`)).to.be.at.least(50);
      const bytes = scrape.at(`paxkv_network_peer_lag_bytes{peer="${leader}"}`) ?? 0;
      // It is counted to 64 KiB.
      expect(bytes).to.be.within(50 * 10_000 - 2 ** 16, 52 * 11_000);
      expect(scrape.at('paxkv_log_retained_bytes')).to.be.at.least(50 * 10_000);
    });
    await cluster.restart(leader);
    for (const address of addresses) {
      await Scrape.until(
        address,
        (scrape) =>
          scrape.at(`paxkv_network_peer_lag_instances{peer="${leader}"}`) === 0 &&
          scrape.at(`paxkv_network_peer_connected{peer="${leader}"}`) === 1,
      );
    }
  }).timeout(60_000);

  it('show that no majority is reached', async () => {
    const { cluster } = each;
    await cluster.kill(0, 1);
    const scrape = await Scrape.until(
      addressOf(cluster, 2),
      (one) => one.at('paxkv_server_check_passed{check="quorum"}') === 0,
    );
    expect(scrape.at('paxkv_server_quorum_contact_age_seconds')).to.be.above(0.9);
    await cluster.restart(0, 1);
  }).timeout(30_000);
});

describe('the metrics of a server with a bad disk', () => {
  let rig: Rig | undefined;
  let cluster: ProcessCluster | undefined;

  before(async function () {
    this.timeout(60_000);
    rig = await openRig('shim').catch((error: unknown) => {
      if (error instanceof Missing) this.skip();
      throw error;
    });
    cluster = await ProcessCluster.start(rig.settings);
  });
  after(async () => {
    await cluster?.close();
    await rig?.close();
  });

  function disksOf(): { readonly rig: Rig; readonly cluster: ProcessCluster } {
    return rig && cluster ? { rig, cluster } : expect.fail('nothing has started');
  }

  it('show that it repairs itself while its disk is full, until there is space again', async () => {
    const disks = disksOf();
    const address = addressOf(disks.cluster, 2);
    const state = (scrape: Scrape, name: string) =>
      scrape.at(`paxkv_server_state{state="${name}"}`);
    expect(state(await Scrape.of(address), 'running')).to.equal(1);
    disks.rig.shimOf(2).arrange({ calls: ['write', 'sync'], error: 'ENOSPC' });
    await disks.cluster.client({ nodes: [0, 1] }).put('k', 'v');
    const full = await Scrape.until(address, (scrape) => state(scrape, 'repairing') === 1);
    expect(full.at('paxkv_server_check_passed{check="state"}')).to.equal(0);
    expect(full.at(flushes)).to.be.above(0);
    disks.rig.shimOf(2).clear();
    await Scrape.until(address, (scrape) => state(scrape, 'running') === 1);
  }).timeout(60_000);

  it('show for how long its disk has hung, and then how long it took', async () => {
    const disks = disksOf();
    const address = addressOf(disks.cluster, 1);
    disks.rig.shimOf(1).arrange({ calls: ['sync'], waitMs: 5000 });
    await disks.cluster.client({ nodes: [0, 2] }).put('k', 'v');
    const hung = await Scrape.until(
      address,
      (scrape) => (scrape.at('paxkv_disk_wal_pending_seconds') ?? 0) > 1.5,
    );
    disks.rig.shimOf(1).clear();
    const slow = /^paxkv_disk_wal_fsync_duration_seconds_bucket\{le="1"\}/;
    const over = (scrape: Scrape) => (scrape.at(flushes) ?? 0) - scrape.sum(slow);
    expect(over(hung)).to.equal(0);
    await Scrape.until(address, (scrape) => over(scrape) >= 1);
    await Scrape.until(address, (scrape) => scrape.at('paxkv_disk_wal_pending_seconds') === 0);
  }).timeout(60_000);
});
