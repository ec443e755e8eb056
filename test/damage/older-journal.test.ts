/** A cluster whose journals an older version wrote moves to this version, one server at a time. */
import { createHash } from 'node:crypto';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { Level } from 'level';
import { ServerCluster } from './server-cluster.ts';

const recordCount = 20;

describe('A cluster with journals of an older version', function () {
  this.timeout(60_000);

  it('migrates one server at a time as the refusal says, serves meanwhile, and keeps every value', async () => {
    const cluster = await ServerCluster.create(3);
    try {
      await cluster.startAll();
      await using client = cluster.client();
      for (let key = 0; key < 20; key += 1) await client.put(`k${key}`, `v${key}`);
      for (const node of cluster.nodes) {
        const journal = join(cluster.path(node), 'journal');
        await cluster.stop(node);
        await makeOlderJournal(journal, `harmed/${node}`);
        const refusal = await cluster.start(node).catch((error: unknown) => error);
        expect(refusal).to.have.property('code', 'DISK_OLDER_FORMAT');
        expect(String(refusal)).to.include('move this directory out of the data directory');
        await client.put(`before ${node}`, 'moved');
        await rename(journal, join(cluster.path(node), '..', `older-journal-${node}`));
        const server = await cluster.start(node);
        await cluster.level(20_000);
        expect(server.status().state).to.equal('running');
        await client.put(`after ${node}`, 'moved');
      }
      for (let key = 0; key < 20; key += 1) {
        expect(await client.get(`k${key}`)).to.equal(`v${key}`);
      }
      for (const node of cluster.nodes) {
        expect(await readdir(join(cluster.path(node), 'journal'))).to.include(
          '0000000000000001.wal',
        );
        expect(await client.get(`before ${node}`)).to.equal('moved');
      }
    } finally {
      await cluster.remove();
    }
  });
});

/** As it was before segments: one row for each write, with the checksum of the row before it and its own. */
async function makeOlderJournal(path: string, owner: string): Promise<void> {
  await rm(path, { recursive: true });
  await mkdir(path, { mode: 0o700 });
  const level = new Level<Buffer, Buffer>(path, { keyEncoding: 'buffer', valueEncoding: 'buffer' });
  let previous = Buffer.alloc(16);
  for (let index = 1; index <= recordCount; index += 1) {
    const key = Buffer.alloc(8);
    key.writeBigUInt64BE(BigInt(index));
    const body = Buffer.concat([previous, Buffer.from(`write ${index}`)]);
    const hash = createHash('sha256').update(`${owner}\n`).update(key).update(body);
    previous = hash.digest().subarray(0, 16);
    await level.put(key, Buffer.concat([body, previous]), { sync: true });
  }
  await level.close();
}
