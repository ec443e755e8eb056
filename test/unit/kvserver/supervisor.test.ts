import { cp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type KvClient, KvError } from '@paxkv/client';
import type { KvServer } from '@paxkv/kvserver';
import { writeIntervalMs } from '@paxkv/kvserver/internal/replica/apply/write-behind';
import { append } from '@paxkv/kvserver/internal/state-machine/store/commands/append';
import { type DataDirectory, openDataDirectory } from '@paxkv/kvserver/internal/storage/index';
import { fromEntry, readEntry } from '@paxkv/kvserver/internal/storage/state/entry-row';
import { dataKey, positionKey } from '@paxkv/kvserver/internal/storage/state/row-keys';
import {
  checksumAfter,
  fromPosition,
  seal,
  sumIn,
  toPosition,
  unseal,
} from '@paxkv/kvserver/internal/storage/state/rows';
import { expect } from 'chai';
import { segmentUse } from '../../damage/segment-use.ts';
import { ServerCluster } from '../../damage/server-cluster.ts';

const noSpace = 'IO error: /data/journal/000005.log: No space left on device';

/** A data directory whose journal fails, and cannot be opened, while the test requests it. */
class FailingDisk {
  failure: Error | undefined;
  openCount = 0;
  /** Number of writes to a journal between a failed write and the reopening. */
  writesOnBroken = 0;

  readonly open = async (
    options: Parameters<typeof openDataDirectory>[0],
  ): Promise<DataDirectory> => {
    if (this.failure !== undefined) throw this.failure;
    const data = await openDataDirectory(options);
    this.openCount += 1;
    const { journal } = data;
    const write = journal.write.bind(journal);
    let isBroken = false;
    journal.write = async (writes) => {
      if (isBroken) this.writesOnBroken += 1;
      await write(writes);
      if (this.failure === undefined) return;
      isBroken = true;
      throw this.failure;
    };
    return data;
  };
}

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 5));
}

describe('Supervisor', () => {
  let cluster: ServerCluster;

  beforeEach(async () => {
    cluster = await ServerCluster.create(3, { requestTimeoutMs: 2000 });
  });
  afterEach(() => cluster.remove());

  /** A cluster whose node 0 has a disk that fails on demand, with a key to read. */
  async function withFailingDisk(): Promise<FailingDisk> {
    const disk = new FailingDisk();
    await Promise.all([
      cluster.start(0, { openData: disk.open }),
      cluster.start(1),
      cluster.start(2),
    ]);
    await cluster.level(5000);
    await using client = cluster.client();
    await client.put('k', 'v');
    return disk;
  }

  it('acknowledges nothing after a failed write, and serves again once there is space', async () => {
    const disk = await withFailingDisk();
    const server = cluster.server(0);
    await using client = cluster.client([0], 1500);
    disk.failure = new Error(noSpace);
    const outcome = await client.put('k', 'w').catch((error: unknown) => error);
    expect(outcome).to.be.instanceOf(KvError);
    await until(() => server.status().state === 'repairing');
    expect(server.status().reason).to.match(/No space left/);
    const refused = await fetch(`http://127.0.0.1:${server.address.port}/v1/kv/k`);
    expect(await refused.json())
      .to.have.property('error')
      .that.includes({ code: 'KV_UNAVAILABLE', outcome: 'not done' });
    await using others = cluster.client([1, 2]);
    await others.put('other', 'written meanwhile');
    disk.failure = undefined;
    const freedMs = performance.now();
    await until(() => server.status().state === 'running');
    expect(performance.now() - freedMs).to.be.below(5000);
    expect(await client.get('other')).to.equal('written meanwhile');
    expect(disk.openCount).to.equal(2);
    expect(disk.writesOnBroken).to.equal(0);
  });

  it('ends pending requests as unknown or not done when a write fails', async () => {
    const disk = await withFailingDisk();
    const { port } = cluster.server(0).address;
    disk.failure = new Error(noSpace);
    const replies = await Promise.all(
      Array.from({ length: 20 }, async (_, count) => {
        const reply = await fetch(`http://127.0.0.1:${port}/v1/kv/k`, {
          method: 'PUT',
          body: `${count}`,
        });
        return reply.json();
      }),
    );
    for (const reply of replies) {
      const codes = ['KV_INTERRUPTED', 'KV_UNAVAILABLE'];
      expect(reply).to.have.nested.property('error.code').that.is.oneOf(codes);
    }
    disk.failure = undefined;
    await cluster.level(5000);
  });

  it('gives up on a permanent fault, and reports it', async () => {
    const disk = await withFailingDisk();
    const server = cluster.server(0);
    await using client = cluster.client([0], 1000);
    disk.failure = Object.assign(new Error('EACCES: permission denied'), { code: 'EACCES' });
    await client.put('k', 'w').catch(() => {});
    expect(await server.stopped).to.equal(disk.failure);
  });

  it('starts on a full disk, and serves once there is space', async () => {
    const disk = new FailingDisk();
    disk.failure = Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' });
    const server = await cluster.start(0, { openData: disk.open });
    expect(server.status().state).to.equal('repairing');
    await Promise.all([cluster.start(1), cluster.start(2)]);
    disk.failure = undefined;
    await cluster.level(5000);
    await server.stop();
    expect(await server.stopped).to.equal(undefined);
  });

  it('can be stopped while it waits for its disk', async () => {
    const disk = new FailingDisk();
    disk.failure = new Error(noSpace);
    const server = await cluster.start(0, { openData: disk.open });
    await server.stop();
    expect(await server.stopped).to.equal(undefined);
  });

  it('quarantines a damaged state and fetches one from the others', async () => {
    await cluster.startAll();
    await using client = cluster.client();
    // The last write could not be distinguished from one that a crash cut short.
    await putAll(client, (key) => `before ${key}`.repeat(100));
    await sleep(writeIntervalMs + 200);
    await putAll(client, (key) => `v${key}`.repeat(100));
    await cluster.level(5000);
    await cluster.stop(0);
    await flipBitIn(join(cluster.path(0), 'state'), '.log');
    await cluster.start(0);
    await cluster.level(10_000);
    await using own = cluster.client([0]);
    for (const key of [0, 25, 49]) expect(await own.get(`k${key}`)).to.equal(`v${key}`.repeat(100));
    expect(await readdir(cluster.path(0))).to.include('state.damaged-1');
  });

  it('replaces a state on which a command fails that others have applied', async () => {
    await cluster.startAll();
    await using client = cluster.client();
    await client.put('k', 'sound');
    await cluster.level(5000);
    await cluster.stop(0);
    await rewrite(cluster, 'k', 'damaged');
    const { apply } = append;
    // The checksums are right, so that only the effect of a command finds out.
    Object.assign(append, {
      apply: (...call: Parameters<typeof apply>) => {
        if (call[1].entry?.value === 'damaged') throw new TypeError('a defect');
        return apply(...call);
      },
    });
    try {
      await using others = cluster.client([1, 2]);
      await others.append('k', ', still');
      const server = await cluster.start(0);
      await until(() => /fails to apply the log from instance/.test(server.status().reason ?? ''));
      await cluster.level(15_000);
      await using own = cluster.client([0]);
      expect(await own.get('k')).to.equal('sound, still');
      expect(await readdir(cluster.path(0))).to.include('state.damaged-1');
    } finally {
      Object.assign(append, { apply });
    }
  });

  it('stays closed with its data while no other has applied what fails here, and says so', async () => {
    await cluster.startAll();
    await cluster.level(5000);
    await using client = cluster.client();
    await client.put('k', 'v');
    await using hasty = cluster.client(undefined, 1000);
    const { apply } = append;
    Object.assign(append, {
      apply: () => {
        throw new TypeError('a defect of all nodes');
      },
    });
    const servers = cluster.nodes.map((node) => cluster.server(node));
    try {
      expect(await hasty.append('k', 'w').catch(({ outcome }) => outcome)).to.equal('unknown');
      await until(() => servers.every((server) => /a defect of all nodes/.test(reasonOf(server))));
      await sleep(3000);
    } finally {
      Object.assign(append, { apply });
    }
    await cluster.level(30_000);
    expect(await client.get('k')).to.match(/^vw+$/);
    for (const node of cluster.nodes) {
      expect(await readdir(cluster.path(node))).to.not.include('state.damaged-1');
    }
  }).timeout(60_000);

  it('starts without a state directory, and fetches a state from the others', async () => {
    await cluster.startAll();
    await using client = cluster.client();
    await putAll(client, () => 'v');
    await cluster.level(5000);
    await cluster.stop(0);
    await rm(join(cluster.path(0), 'state'), { recursive: true });
    await cluster.start(0);
    await cluster.level(10_000);
    expect(cluster.server(0).status().revision).to.equal(50);
  });

  for (const { name, harm, kept } of [
    {
      name: 'a damaged journal',
      harm: (path: string) => flipBitIn(join(path, 'journal'), '.wal'),
      kept: ['journal.damaged-1'],
    },
    {
      name: 'no journal',
      harm: (path: string) => rm(join(path, 'journal'), { recursive: true }),
      kept: [],
    },
    {
      name: 'no identity',
      harm: (path: string) => rm(join(path, 'identity.json')),
      kept: ['journal.damaged-1', 'state.damaged-1'],
    },
    { name: 'nothing at all', harm: (path: string) => rm(path, { recursive: true }), kept: [] },
  ]) {
    it(`rejoins with ${name}: refuses everything until admitted, then votes again`, async () => {
      await cluster.startAll();
      await using client = cluster.client();
      await putAll(client, () => 'v');
      await cluster.stopAll();
      await harm(cluster.path(0));
      const server = await cluster.start(0);
      await cluster.start(1);
      expect(server.status().state).to.be.oneOf(['repairing', 'starting']);
      const early = await fetch(`http://127.0.0.1:${server.address.port}/v1/kv/k0`);
      expect(await early.json())
        .to.have.property('error')
        .that.includes({ code: 'KV_UNAVAILABLE', outcome: 'not done' });
      await cluster.start(2);
      await cluster.level(10_000);
      expect(await readdir(cluster.path(0))).to.include.members(kept);
      // A quorum needs its vote now.
      await cluster.stop(1);
      await using rest = cluster.client([0, 2]);
      await rest.put('k1', 'later');
      expect(await rest.get('k0')).to.equal('v');
    });
  }

  it('detects from its state that its journal has lost its end', async () => {
    await cluster.startAll();
    await using client = cluster.client();
    await putAll(client, () => 'v');
    await cluster.level(5000);
    await sleep(writeIntervalMs + 200);
    const copy = `${cluster.path(0)}.copy`;
    await cp(cluster.path(0), copy, { recursive: true, filter: (name) => !name.endsWith('LOCK') });
    await cluster.stopAll();
    await rm(cluster.path(0), { recursive: true });
    await rename(copy, cluster.path(0));
    await loseEndOf(join(cluster.path(0), 'journal'));
    const server = await cluster.start(0);
    expect(server.status().state).to.equal('repairing');
    expect(server.status().reason).to.match(/once a majority of the other nodes is seen to work/);
    await sleep(3000);
    expect(await readdir(cluster.path(0))).to.not.include('journal.damaged-1');
    await Promise.all([cluster.start(1), cluster.start(2)]);
    await cluster.level(15_000);
    expect(await readdir(cluster.path(0))).to.include('journal.damaged-1');
  });

  it('begins a new incarnation if its whole directory is an old copy', async () => {
    await cluster.startAll();
    await using client = cluster.client();
    await client.put('k', 'old');
    await cluster.stop(0);
    const copy = `${cluster.path(0)}.copy`;
    await cp(cluster.path(0), copy, { recursive: true });
    await cluster.start(0);
    await putAll(client, () => 'v');
    await client.put('k', 'new');
    await cluster.stop(0);
    await rm(cluster.path(0), { recursive: true });
    await rename(copy, cluster.path(0));
    await cluster.start(0);
    await until(() => cluster.server(0).status().state !== 'running');
    await cluster.level(10_000);
    await using own = cluster.client([0]);
    expect(await own.get('k')).to.equal('new');
    expect(await readdir(cluster.path(0))).to.include('journal.damaged-1');
  });
});

function reasonOf(server: KvServer): string {
  return server.status().reason ?? '';
}

/** Changes the value of a key in the state of node 0, which is stopped, and makes all checksums right again. */
async function rewrite(cluster: ServerCluster, name: string, value: string): Promise<void> {
  const owner = { path: cluster.path(0), nodeId: 0, clusterId: 'harmed', nodeCount: 3 };
  const data = await openDataDirectory(owner);
  const key = dataKey(Buffer.from(name));
  const [old, found] = await data.state.getMany([key, positionKey]);
  if (old === undefined || found === undefined) throw new Error('there is no such state');
  const row = seal(key, fromEntry({ ...readEntry(key, old), value: Buffer.from(value) }));
  const { position, checksum } = unseal(positionKey, found, toPosition);
  const sums = { before: sumIn(old), after: sumIn(row) };
  const changed = fromPosition({ position, checksum: checksumAfter(checksum, sums) });
  await data.state.batch([
    { type: 'put', key, value: row },
    { type: 'put', key: positionKey, value: seal(positionKey, changed) },
  ]);
  await data.close();
}

/** One after another, so that there are enough instances for some to be forgotten. */
async function putAll(client: KvClient, valueAt: (key: number) => string): Promise<void> {
  for (let key = 0; key < 50; key += 1) await client.put(`k${key}`, valueAt(key));
}

/** The journal looks whole afterwards: it ends in the middle of a write. */
async function loseEndOf(directory: string): Promise<void> {
  for (const name of await readdir(directory)) {
    if (!name.endsWith('.wal')) continue;
    const content = await readFile(join(directory, name));
    content.fill(0, Math.floor(segmentUse(content).end / 2));
    await writeFile(join(directory, name), content);
  }
}

async function flipBitIn(directory: string, ending: string): Promise<void> {
  for (const name of await readdir(directory)) {
    if (!name.endsWith(ending)) continue;
    const file = join(directory, name);
    const content = await readFile(file);
    const written = ending === '.wal' ? segmentUse(content).end : content.length;
    const place = Math.floor(written / 4);
    await writeFile(file, content.with(place, (content[place] ?? 0) ^ 1));
  }
}
