import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { thisVersion } from '@paxkv/kvserver/internal/state-machine/features';
import { diskFormatAt } from '@paxkv/kvserver/internal/storage/identity';
import { DiskError, Identity } from '@paxkv/kvserver/internal/storage/index';
import { expect } from 'chai';
import { refusalOf, Scratch } from './scratch.ts';

const node = { clusterId: 'tests', nodeId: 0, nodeCount: 3 };

describe('Identity', () => {
  const scratch = new Scratch();
  let path: string;

  beforeEach(async () => {
    path = join(await scratch.directory(), 'identity.json');
  });
  afterEach(() => scratch.clear());

  it('returns all that was saved', async () => {
    const identity = await Identity.create(path, node);
    await identity.markVoted();
    await identity.markBoot(7);
    await identity.markReached(9);
    await identity.markReached(8);
    await identity.markStateLost();
    await identity.markStateLost();
    const found = await Identity.read(path, node);
    expect(found).to.include({
      bootCount: 1,
      hasVoted: true,
      writeIndexReached: 9,
      stateEpoch: 2,
      name: 'tests/0',
    });
  });

  it('reads the file of a version that counted no lost states, and writes one that such a version reads', async () => {
    const fields = { format: 2, clusterId: 'tests', nodeId: 0, nodeCount: 3 };
    const counts = { bootCount: 4, hasVoted: true, writeIndexReached: 9 };
    const checksum = createHash('sha256')
      .update(JSON.stringify(Object.values({ ...fields, ...counts })))
      .digest('hex')
      .slice(0, 32);
    await writeFile(path, JSON.stringify({ ...fields, ...counts, checksum }));
    const found = await Identity.read(path, node);
    expect(found).to.include({ ...counts, stateEpoch: 0 });
    await found?.markReached(9);
    await found?.markVoted();
    expect(JSON.parse(await readFile(path, 'utf8'))).to.deep.equal({
      ...fields,
      ...counts,
      checksum,
    });
  });

  it('returns undefined without a file', async () => {
    expect(await Identity.read(path, node)).to.equal(undefined);
  });

  it('replaces its file atomically, and leaves no temporary file', async () => {
    const identity = await Identity.create(path, node);
    await writeFile(`${path}.new`, 'what a crash left');
    await identity.markVoted();
    expect(await readdir(join(path, '..'))).to.deep.equal(['identity.json']);
  });

  it('keeps the old values when its file cannot be replaced', async () => {
    const identity = await Identity.create(join(path, '..', 'identity.json'), node);
    await scratch.clear();
    const error = await identity.markVoted().catch((reason: unknown) => reason);
    expect(error).to.be.instanceOf(DiskError).with.property('code', 'DISK_UNUSABLE');
    expect(identity.hasVoted).to.equal(false);
  });

  it('refuses any flipped bit, except those without a meaning', async () => {
    await Identity.create(path, node);
    const whole = await readFile(path);
    const meaning: unknown = JSON.parse(whole.toString());
    for (let bit = 0; bit < whole.length * 8; bit += 7) {
      const damaged = Buffer.from(whole);
      damaged[bit >> 3] = (damaged[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      await writeFile(path, damaged);
      const outcome = await Identity.read(path, node).catch((reason: unknown) => reason);
      if (outcome instanceof Identity) {
        expect(JSON.parse(damaged.toString()), `bit ${bit}`).to.deep.equal(meaning);
      } else {
        expect(outcome, `bit ${bit}`).to.be.instanceOf(DiskError);
      }
    }
  });

  it('refuses an empty, cut or zeroed file', async () => {
    await Identity.create(path, node);
    const whole = await readFile(path);
    for (const damaged of ['', whole.subarray(0, 100), Buffer.alloc(whole.length)]) {
      await writeFile(path, damaged);
      const error = await Identity.read(path, node).catch((reason: unknown) => reason);
      expect(error).to.be.instanceOf(DiskError).with.property('code', 'DISK_IDENTITY_DAMAGED');
      expect(await readFile(path)).to.deep.equal(Buffer.from(damaged));
    }
  });

  it('treats a wrong format number as damage if everything else is unchanged', async () => {
    await Identity.create(path, node);
    const text = await readFile(path, 'utf8');
    // A format that this version knows, and one that it does not.
    for (const wrong of [3, diskFormatAt(thisVersion.highest) + 1]) {
      await writeFile(path, text.replace('"format": 2', `"format": ${wrong}`));
      const error = await Identity.read(path, node).catch((reason: unknown) => reason);
      expect(error).to.be.instanceOf(DiskError).with.property('code', 'DISK_IDENTITY_DAMAGED');
    }
  });

  it('refuses a newer format, whatever else it holds', async () => {
    await writeFile(path, JSON.stringify({ format: thisVersion.highest + 2, members: [] }));
    const error = await Identity.read(path, node).catch((reason: unknown) => reason);
    expect(error).to.be.instanceOf(DiskError).with.property('code', 'DISK_NEWER_FORMAT');
  });

  it('is of a newer format from a higher feature level on, which older versions refuse', async () => {
    const identity = await Identity.create(path, node);
    const base = await readFile(path, 'utf8');
    await identity.markLevel(1);
    expect(await readFile(path, 'utf8'), 'at the base level nothing changes').to.equal(base);
    await identity.markLevel(3);
    await identity.markLevel(2);
    for (const highest of [1, 2]) {
      const error = await Identity.read(path, node, { lowest: 1, highest }).catch(
        (e: unknown) => e,
      );
      expect(error).to.be.instanceOf(DiskError).with.property('code', 'DISK_NEWER_FORMAT');
      expect(String(error)).to.include('has format 4').and.to.include('nothing was modified');
    }
    const levels = { lowest: 1, highest: 3 };
    const found = await Identity.read(path, node, levels);
    await found?.markVoted();
    expect(await Identity.read(path, node, levels)).to.include({ hasVoted: true });
    expect(await readFile(path, 'utf8')).to.include('"format": 4');
  });

  it('records the incarnation of the cluster once, and refuses another one', async () => {
    const incarnation = Buffer.alloc(16, 1).toString('base64url');
    const identity = await Identity.create(path, node);
    await identity.markIncarnation(incarnation);
    await identity.markIncarnation(incarnation);
    await identity.markVoted();
    expect(await Identity.read(path, node)).to.include({ incarnation, hasVoted: true });
    const other = Buffer.alloc(16, 2).toString('base64url');
    const error = await identity.markIncarnation(other).catch((reason: unknown) => reason);
    expect(error).to.be.instanceOf(DiskError).with.property('code', 'DISK_WRONG_CLUSTER');
    const text = await readFile(path, 'utf8');
    await writeFile(path, text.replace(incarnation, other));
    const damaged = await Identity.read(path, node).catch((reason: unknown) => reason);
    expect(damaged).to.be.instanceOf(DiskError).with.property('code', 'DISK_IDENTITY_DAMAGED');
  });

  it('loses none of the changes that are made at the same time', async () => {
    const identity = await Identity.create(path, node);
    await Promise.all([identity.markVoted(), identity.markLevel(2), identity.markReached(7)]);
    const found = await Identity.read(path, node, { lowest: 1, highest: 2 });
    expect(found).to.include({ hasVoted: true, writeIndexReached: 7 });
    expect(await readFile(path, 'utf8')).to.include('"format": 3');
  });

  it('has made every earlier change once it has recorded how far the journal went', async () => {
    const identity = await Identity.create(path, node);
    const changes = Promise.all([identity.markVoted(), identity.markStateLost()]);
    await identity.markReached(0);
    expect(await Identity.read(path, node)).to.include({ hasVoted: true, stateEpoch: 1 });
    await changes;
  });

  it('refuses an older format, and explains how to migrate', async () => {
    await writeFile(path, JSON.stringify({ format: 1, clusterId: 'c', nodeId: 0, nodeCount: 3 }));
    const error = await Identity.read(path, node).catch((reason: unknown) => reason);
    expect(error).to.be.instanceOf(DiskError).with.property('code', 'DISK_OLDER_FORMAT');
    expect(String(error)).to.include('has format 1').and.to.include('into a new cluster');
  });

  it('begins with no start, no vote and no loss, or as one that may have voted', async () => {
    const nothing = { bootCount: 0, writeIndexReached: 0, stateEpoch: 0, incarnation: undefined };
    for (const hasVoted of [false, true]) {
      const created = await Identity.create(path, node, hasVoted);
      for (const identity of [created, await Identity.read(path, node)]) {
        expect(identity).to.include({ ...nothing, hasVoted, name: 'tests/0' });
      }
    }
    expect(await Identity.create(path, node)).to.include({ hasVoted: false });
  });

  it('is refused under the name of another node, cluster or size, each with its code', async () => {
    await Identity.create(path, node);
    for (const [change, code, says] of [
      [{ nodeId: 1 }, 'DISK_WRONG_NODE', 'belongs to node 0, not 1'],
      [{ clusterId: 'other' }, 'DISK_WRONG_CLUSTER', 'belongs to cluster tests, not other'],
      [{ nodeCount: 5 }, 'DISK_WRONG_CLUSTER', 'a cluster of 3 nodes, not 5'],
    ] as const) {
      const refusal = await refusalOf(Identity.read(path, { ...node, ...change }));
      expect(refusal.code).to.equal(code);
      expect(refusal.message).to.include(says);
    }
  });

  it('has voted once it did, or once its journal has a record', async () => {
    const identity = await Identity.create(path, node);
    const after = async (writeIndex: number) => {
      await identity.markBoot(writeIndex);
      return Identity.read(path, node);
    };
    expect(await after(0)).to.include({ bootCount: 1, hasVoted: false, writeIndexReached: 0 });
    expect(await after(1)).to.include({ bootCount: 2, hasVoted: true, writeIndexReached: 1 });
    expect(await after(0)).to.include({ bootCount: 3, hasVoted: true, writeIndexReached: 0 });
    await identity.markReached(9);
    await identity.markLost();
    expect(await Identity.read(path, node)).to.include({ hasVoted: true, writeIndexReached: 0 });
  });

  it('has voted from the moment that its journal was lost, whatever it was before', async () => {
    const identity = await Identity.create(path, node);
    await identity.markLost();
    expect(await Identity.read(path, node)).to.include({ hasVoted: true, writeIndexReached: 0 });
  });

  it('writes its file only if something changes', async () => {
    const identity = await Identity.create(path, node);
    await identity.markReached(5);
    await identity.markLevel(2);
    // A file that is replaced is another one.
    const { ino } = await stat(path);
    await identity.markReached(5);
    await identity.markReached(4);
    await identity.markLevel(2);
    await identity.markLevel(1);
    expect((await stat(path)).ino).to.equal(ino);
  });

  it('is written again after a write that failed', async () => {
    const identity = await Identity.create(path, node);
    await mkdir(`${path}.new`);
    const refusal = await refusalOf(identity.markVoted());
    expect(refusal.code).to.equal('DISK_UNUSABLE');
    expect(refusal.message).to.include(`Cannot write ${path}`);
    await rm(`${path}.new`, { recursive: true });
    await identity.markStateLost();
    expect(await Identity.read(path, node)).to.include({ hasVoted: false, stateEpoch: 1 });
  });

  it('is refused, not taken for absent, where it cannot be read', async () => {
    await mkdir(path);
    expect((await refusalOf(Identity.read(path, node))).code).to.equal('DISK_UNUSABLE');
  });

  it('names the formats that a version reads', async () => {
    await writeFile(path, JSON.stringify({ format: 9 }));
    const messageAt = async (highest: number) =>
      (await refusalOf(Identity.read(path, node, { lowest: 1, highest }))).message;
    expect(await messageAt(1)).to.include('has format 9; this version reads 2.');
    expect(await messageAt(3)).to.include('has format 9; this version reads 2 to 4.');
  });
});
