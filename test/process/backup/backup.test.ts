/** Backups of clusters of real processes that are in use, and clusters that are restored from them. */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { expect } from 'chai';
import { Missing } from '../../faults/disk/shim-library.ts';
import { SmallDisks } from '../../faults/disk/small-disks.ts';
import { runCommand } from '../command.ts';
import { ProcessCluster } from '../process-cluster.ts';
import { environment, paxkv } from '../server-process.ts';
import { Writers } from './history.ts';
import { entriesIn, rowsInBackup, rowsOnDisk } from './stored-rows.ts';

const mebibyte = 1024 * 1024;

describe('a backup of a cluster in use', function () {
  this.timeout(60_000);

  let folder: string;
  let file: string;
  let cluster: ProcessCluster;
  let restored: ProcessCluster | undefined;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'paxkv-backup-'));
    file = join(folder, 'backup');
    cluster = await ProcessCluster.start();
  });

  afterEach(async function () {
    if (this.currentTest?.state === 'failed') console.error(cluster.log, restored?.log);
    await cluster.close();
    await restored?.close();
    restored = undefined;
    await rm(folder, { recursive: true, force: true });
  });

  async function paxkvDoes(...words: string[]): Promise<string> {
    const { code, stdout, stderr } = await runCommand(cluster.addresses, words);
    expect(code, stderr).to.equal(0);
    return stdout;
  }

  /** Starts a cluster on what `paxkv restore` makes of the file, without the data of `empty`. */
  async function startRestored(empty: readonly number[] = []): Promise<ProcessCluster> {
    return ProcessCluster.start({
      prepare: async (directories) => {
        await paxkvDoes('restore', file, '--data', join(directories[0] ?? '', '..'));
        for (const node of empty) await rm(directories[node] ?? '', { recursive: true });
      },
    });
  }

  it('is the state of one position, with all that was acknowledged before, and so is what is restored', async () => {
    const writers = new Writers([0, 1, 2, 0].map((node) => cluster.client({ nodes: [node] })));
    const backups: { before: number; name: string }[] = [];
    while (writers.acknowledged < 200) await pause(10);
    for (const name of ['first', 'second', 'third']) {
      const before = writers.acknowledged;
      await paxkvDoes('backup', join(folder, name));
      backups.push({ before, name });
    }
    await writers.stop();
    for (const { before, name } of backups) {
      const { backup, rows } = await rowsInBackup(join(folder, name));
      const { revision } = backup.header;
      expect(revision, name).to.be.at.least(before);
      expect(entriesIn(rows), name).to.deep.equal(writers.stateAt(revision));
    }
    // The last one is compared with the disks of the source, which stands still now.
    await paxkvDoes('backup', file);
    const { backup, rows } = await rowsInBackup(file);
    expect(backup.header.revision).to.equal(writers.acknowledged);
    expect(backup.totals.sessions).to.be.at.least(4);
    for (const node of cluster.nodes) await cluster.applied(node, backup.header.applied);
    for (const node of cluster.nodes) await cluster.stop(node);
    for (const node of cluster.nodes) {
      expect(await rowsOnDisk(cluster.directoryOf(node), node), `source ${node}`).to.deep.equal(
        rows,
      );
    }
    restored = await ProcessCluster.start({
      prepare: async (directories) => {
        await paxkvDoes('restore', file, '--data', join(directories[0] ?? '', '..'));
        for (const [node, directory] of directories.entries()) {
          expect(await rowsOnDisk(directory, node), `restored ${node}`).to.deep.equal(rows);
        }
      },
    });
    const expected = writers.stateAt(writers.acknowledged);
    for (const node of restored.nodes) {
      const client = restored.client({ nodes: [node] });
      for (const [key, { value }] of expected) {
        expect(await client.get(key), key).to.equal(value);
      }
    }
    const counted = await restored.client().increment('counter');
    expect(counted.revision).to.equal(writers.acknowledged + 1);
    expect(`${counted.value}`).to.equal(`${Number(expected.get('counter')?.value) + 1}`);
  });

  const emptyNodes = {
    'is restored at two of three nodes, and the other takes the state from there': [2],
    'is restored at one of three nodes, and the others take the state from there': [0, 1],
  };
  for (const [title, empty] of Object.entries(emptyNodes)) {
    it(title, async () => {
      const client = cluster.client();
      for (let count = 0; count < 50; count += 1) await client.append('key', `${count} `);
      await paxkvDoes('backup', file);
      restored = await startRestored(empty);
      const before = await restored.status(0);
      for (const node of restored.nodes) {
        const reader = restored.client({ nodes: [node] });
        const entry = await reader.getEntry('key');
        expect(entry).to.deep.include({ modRevision: 50 + node, version: 50 + node });
        expect((await reader.append('key', 'x')).revision).to.equal(51 + node);
      }
      expect(before.applied).to.be.at.least(50);
    });
  }

  it('is another cluster with each restore: a member that is restored by itself is refused', async () => {
    await cluster.client().put('key', 'v');
    while ((await cluster.status(0)).featureLevel === 1) await pause(50);
    await paxkvDoes('backup', file);
    restored = await startRestored();
    await restored.stop(2);
    await rm(restored.directoryOf(2), { recursive: true });
    const size = ['--node', '2', '--data', restored.directoryOf(2)];
    await paxkvDoes('restore', file, ...size, '--seed', 'another');
    restored.launch(2);
    while (!restored.log.includes('incarnation')) await pause(50);
    await restored.client({ nodes: [0, 1] }).put('key', 'w');
    await pause(500);
    expect((await restored.status(2)).revision).to.equal(1);
  });

  it('that breaks off because its server is killed is no backup, and says so', async () => {
    await fillWith(24);
    const command = spawn(
      process.execPath,
      [paxkv, 'backup', '-', '-e', cluster.addresses[1] ?? ''],
      {
        env: environment(),
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    );
    let explained = '';
    command.stderr.on('data', (bytes) => {
      explained += bytes;
    });
    // Nothing more is sent than is taken, so the backup waits here.
    await once(command.stdout, 'readable');
    await cluster.kill(1);
    const exit = once(command, 'exit');
    command.stdout.resume();
    expect(await exit).to.deep.equal([1, null]);
    expect(explained).to.contain('what was written is incomplete');
    await paxkvDoes('backup', file, '--quiet');
    expect(await paxkvDoes('verify', file)).to.match(/^intact/);
  });

  it('costs its server no more memory than a few chunks, however slowly it is taken', async () => {
    await fillWith(64);
    const before = await ownBytes(2);
    const response = await fetch(`http://${cluster.addresses[2]}/backup`);
    let [bytes, highest, sampledAt] = [0, 0, 0];
    for await (const piece of response.body ?? []) {
      bytes += piece.length;
      if (bytes - sampledAt < mebibyte) continue;
      sampledAt = bytes;
      await pause(5);
      highest = Math.max(highest, await ownBytes(2));
    }
    expect(bytes).to.be.above(63 * mebibyte);
    expect((highest - before) / mebibyte).to.be.below(48);
  });

  it('leaves nothing on a full disk, and exits with 1', async function () {
    const disks = new SmallDisks();
    const disk = join(folder, 'disk');
    try {
      await disks.mount([disk]);
    } catch (error) {
      await disks.close();
      if (!(error instanceof Missing)) throw error;
      console.log(`      left out: ${error.message}`);
      this.skip();
    }
    try {
      await fillWith(4);
      await disks.fill(disk, mebibyte);
      const { code, stderr } = await runCommand(cluster.addresses, [
        'backup',
        join(disk, 'backup'),
      ]);
      expect(code).to.equal(1);
      expect(stderr).to.contain('ENOSPC');
      expect(await readdir(disk)).to.deep.equal([]);
    } finally {
      await disks.close();
    }
  });

  /** The memory of a process without the files that the database maps. */
  async function ownBytes(node: number): Promise<number> {
    const status = await readFile(`/proc/${cluster.processId(node)}/status`, 'utf8');
    return 1024 * Number(/^RssAnon:\s+(\d+) kB/m.exec(status)?.[1]);
  }

  /** Values of one mebibyte each that do not compress. */
  async function fillWith(count: number): Promise<void> {
    const client = cluster.client();
    for (let key = 0; key < count; key += 1)
      await client.put(`large ${key}`, randomBytes(mebibyte - 100));
  }
});
