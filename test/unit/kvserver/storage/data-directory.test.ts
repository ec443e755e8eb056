import {
  chmod,
  mkdir,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { join } from 'node:path';
import {
  type DamagedPart,
  DiskError,
  openDataDirectory,
  quarantine,
} from '@paxkv/kvserver/internal/storage/index';
import { expect } from 'chai';
import { Level } from 'level';
import { contentOf, refusalOf, Scratch, voteFor } from './scratch.ts';

/** The mode of everything below a directory. */
async function modesBelow(path: string): Promise<Map<string, number>> {
  const modes = new Map<string, number>();
  for (const name of await readdir(path, { recursive: true })) {
    modes.set(name, (await stat(join(path, name))).mode);
  }
  return modes;
}

describe('Data directory', () => {
  const scratch = new Scratch();
  let path: string;
  const node = { clusterId: 'tests', nodeId: 1, nodeCount: 3 };

  beforeEach(async () => {
    path = join(await scratch.directory(), 'data');
  });
  afterEach(() => scratch.clear());

  async function openOnce(): Promise<void> {
    const opened = await openDataDirectory({ path, ...node });
    await opened.close();
  }

  it('makes a private directory and counts starts from 1', async () => {
    const first = await openDataDirectory({ path, ...node });
    expect(first.identity.bootCount).to.equal(1);
    expect(first.identity.hasVoted).to.equal(false);
    await first.close();
    const second = await openDataDirectory({ path, ...node });
    expect(second.identity.bootCount).to.equal(2);
    await second.close();
    expect((await stat(path)).mode & 0o777).to.equal(0o700);
    expect(await readdir(path)).to.have.members(['identity.json', 'journal', 'state']);
  });

  it('lets nobody else read what is in it, whatever the umask is', async () => {
    const before = process.umask(0);
    try {
      const opened = await openDataDirectory({ path, ...node });
      await opened.state.put(new Uint8Array([1]), new Uint8Array([2]));
      const modes = await modesBelow(path);
      expect(modes.size).to.be.above(8);
      expect([...modes].filter(([, mode]) => (mode & 0o077) !== 0)).to.deep.equal([]);
      await opened.close();
    } finally {
      process.umask(before);
    }
  });

  it('follows no symbolic link in it', async () => {
    await openOnce();
    const elsewhere = join(await scratch.directory(), 'elsewhere');
    await writeFile(elsewhere, 'precious');
    await symlink(elsewhere, join(path, 'identity.json.new'));
    const { code, message } = await refusalOf(openDataDirectory({ path, ...node }));
    expect(code).to.equal('DISK_UNUSABLE');
    expect(message).to.match(/identity\.json\.new is a symbolic link/);
    expect(await readFile(elsewhere, 'utf8')).to.equal('precious');
  });

  it('keeps votes, state and how far the journal went', async () => {
    const first = await openDataDirectory({ path, ...node });
    await first.journal.write([voteFor(0)]);
    await first.state.put(new Uint8Array([0, 255]), new Uint8Array([7]));
    await first.close();
    const second = await openDataDirectory({ path, ...node });
    expect(second.identity.hasVoted).to.equal(true);
    expect(second.identity.writeIndexReached).to.equal(1);
    expect([...(await second.journal.load()).writes]).to.have.length(1);
    expect(await second.state.get(new Uint8Array([0, 255]))).to.deep.equal(Buffer.from([7]));
    await second.close();
  });

  it('closes also when the identity cannot be written any more', async () => {
    const first = await openDataDirectory({ path, ...node });
    await first.journal.write([voteFor(0)]);
    await mkdir(join(path, 'identity.json.new'));
    await first.close();
    await rm(join(path, 'identity.json.new'), { recursive: true });
    const second = await openDataDirectory({ path, ...node });
    expect(second.journal.writeIndex).to.equal(1);
    await second.close();
  });

  it('refuses another node, cluster or size, and modifies nothing (C3)', async () => {
    await openOnce();
    const before = await contentOf(path);
    const refusals = [
      await refusalOf(openDataDirectory({ path, ...node, nodeId: 2 })),
      await refusalOf(openDataDirectory({ path, ...node, clusterId: 'other' })),
      await refusalOf(openDataDirectory({ path, ...node, nodeCount: 5 })),
    ];
    expect(refusals.map(({ code }) => code)).to.deep.equal([
      'DISK_WRONG_NODE',
      'DISK_WRONG_CLUSTER',
      'DISK_WRONG_CLUSTER',
    ]);
    expect(await contentOf(path)).to.deep.equal(before);
  });

  it('refuses a directory that is in use, and names it', async () => {
    const first = await openDataDirectory({ path, ...node });
    const refusal = await refusalOf(openDataDirectory({ path, ...node }));
    expect(refusal.code).to.equal('DISK_IN_USE');
    expect(refusal.message).to.include(path);
    expect(first.identity.bootCount).to.equal(1);
    await first.close();
    await openOnce();
  });

  it('refuses a missing parent, a file, and a directory of other things', async () => {
    const missing = await refusalOf(openDataDirectory({ path: join(path, 'deeper'), ...node }));
    await writeFile(path, 'a file');
    const file = await refusalOf(openDataDirectory({ path, ...node }));
    await rm(path);
    await mkdir(path);
    await writeFile(join(path, 'notes.txt'), 'mine');
    const foreign = await refusalOf(openDataDirectory({ path, ...node }));
    for (const refusal of [missing, file, foreign]) expect(refusal.code).to.equal('DISK_UNUSABLE');
    expect(await readdir(path)).to.deep.equal(['notes.txt']);
  });

  it('accepts an empty directory, and one where a first start was cut short', async () => {
    await mkdir(path, { mode: 0o755 });
    await writeFile(join(path, 'identity.json.new'), '{"format"');
    await openOnce();
    expect((await stat(path)).mode & 0o777).to.equal(0o700);
    expect(await readdir(path)).to.have.members(['identity.json', 'journal', 'state']);
  });

  it('completes a start that was cut short after the identity was created', async () => {
    await openOnce();
    await rm(join(path, 'journal'), { recursive: true });
    await openOnce();
  });

  it('refuses a read-only directory, new or with data (C3)', async () => {
    // Permissions do not restrict root, so the test changes its user for a moment.
    const isRoot = process.geteuid?.() === 0;
    const empty = join(path, '..', 'empty');
    await mkdir(empty, { mode: 0o555 });
    await openOnce();
    const before = await contentOf(path);
    for (const directory of ['', 'journal', 'state']) await chmod(join(path, directory), 0o555);
    await chmod(join(path, 'identity.json'), 0o444);
    await chmod(join(path, '..'), 0o755);
    if (isRoot) process.seteuid?.(65_534);
    try {
      for (const directory of [empty, path]) {
        const refusal = await refusalOf(openDataDirectory({ path: directory, ...node }));
        expect(refusal.code, directory).to.equal('DISK_UNUSABLE');
      }
    } finally {
      if (isRoot) process.seteuid?.(0);
    }
    for (const directory of ['', 'journal', 'state']) await chmod(join(path, directory), 0o755);
    expect(await contentOf(path)).to.deep.equal(before);
  });

  /** A directory of a node that has voted twice. */
  async function voted(): Promise<void> {
    const opened = await openDataDirectory({ path, ...node });
    for (const seq of [0, 1]) await opened.journal.write([voteFor(seq)]);
    await opened.state.put(new Uint8Array([1]), new Uint8Array([2]));
    await opened.close();
  }

  /** What a node remembers after the damaged part was set aside. */
  async function afterQuarantine(part: DamagedPart) {
    await quarantine({ path, ...node }, part);
    const opened = await openDataDirectory({ path, ...node });
    const { state } = await opened.journal.load();
    const rows = await opened.state.keys().all();
    await opened.close();
    return { memory: state, rowCount: rows.length };
  }

  it('reports lost memory when the journal of a node that voted is gone (C4)', async () => {
    await voted();
    await rm(join(path, 'journal'), { recursive: true });
    const refusal = await refusalOf(openDataDirectory({ path, ...node }));
    expect(refusal.code).to.equal('DISK_AMNESIA');
    expect(await afterQuarantine('journal')).to.deep.equal({ memory: 'lost', rowCount: 1 });
  });

  it('has lost its memory, and keeps its state, once its journal was set aside', async () => {
    await voted();
    expect(await afterQuarantine('journal')).to.deep.equal({ memory: 'lost', rowCount: 1 });
    expect(await readdir(path)).to.include('journal.damaged-1');
  });

  it('keeps its memory once its state was set aside', async () => {
    await voted();
    expect(await afterQuarantine('state')).to.deep.equal({ memory: 'kept', rowCount: 0 });
  });

  it('counts each loss of the state, and no other', async () => {
    const epochs: number[] = [];
    const open = async () => {
      const opened = await openDataDirectory({ path, ...node });
      epochs.push(opened.identity.stateEpoch);
      await opened.close();
    };
    await open();
    await open();
    await quarantine({ path, ...node }, 'state');
    await open();
    await rm(join(path, 'state'), { recursive: true });
    await open();
    await open();
    await quarantine({ path, ...node }, 'journal');
    await open();
    expect(epochs).to.deep.equal([0, 0, 1, 2, 2, 2]);
  });

  it('trusts no data next to a lost identity', async () => {
    await voted();
    await rm(join(path, 'identity.json'));
    const refusal = await refusalOf(openDataDirectory({ path, ...node }));
    expect(refusal.code).to.equal('DISK_IDENTITY_DAMAGED');
    expect(await afterQuarantine('identity')).to.deep.equal({ memory: 'lost', rowCount: 0 });
    expect(await readdir(path)).to.include.members(['journal.damaged-1', 'state.damaged-1']);
  });

  for (const part of ['journal', 'identity'] as const) {
    it(`knows what is lost also after a power loss while its ${part} is quarantined`, async () => {
      await voted();
      if (part === 'identity') await rm(join(path, 'identity.json'));
      await rename(join(path, 'journal'), join(path, 'journal.damaged-1'));
      const refusal = await refusalOf(openDataDirectory({ path, ...node }));
      const code = part === 'identity' ? 'DISK_IDENTITY_DAMAGED' : 'DISK_AMNESIA';
      expect(refusal.code).to.equal(code);
      expect((await afterQuarantine(part)).memory).to.equal('lost');
    });
  }

  it('refuses the journal of an older version, says how to migrate, and modifies nothing', async () => {
    await openOnce();
    await rm(join(path, 'journal'), { recursive: true });
    await mkdir(join(path, 'journal'));
    const level = new Level(join(path, 'journal'));
    await level.put('1', 'a record');
    await level.close();
    const before = await contentOf(path);
    const refusal = await refusalOf(openDataDirectory({ path, ...node }));
    expect(refusal.code).to.equal('DISK_OLDER_FORMAT');
    expect(refusal.message).to.match(/journal holds .* in LevelDB.* Migrate one server at a time/);
    expect(await contentOf(path)).to.deep.equal(before);
  });

  it('refuses a journal that another node wrote', async () => {
    const other = join(await scratch.directory(), 'other');
    for (const [directory, nodeId] of [
      [path, 1],
      [other, 2],
    ] as const) {
      const opened = await openDataDirectory({ ...node, path: directory, nodeId });
      await opened.journal.write([voteFor(0)]);
      await opened.close();
    }
    await rm(join(path, 'journal'), { recursive: true });
    await rename(join(other, 'journal'), join(path, 'journal'));
    const refusal = await refusalOf(openDataDirectory({ path, ...node }));
    expect(refusal.code).to.equal('DISK_JOURNAL_DAMAGED');
  });

  it('detects a journal that is shorter than before', async () => {
    const first = await openDataDirectory({ path, ...node });
    await first.journal.write([voteFor(0)]);
    const earlier = await scratch.crashed(path);
    await first.journal.write([voteFor(1)]);
    await first.close();
    await rm(join(path, 'journal'), { recursive: true });
    await rename(join(earlier, 'journal'), join(path, 'journal'));
    const refusal = await refusalOf(openDataDirectory({ path, ...node }));
    expect(refusal.code).to.equal('DISK_JOURNAL_DAMAGED');
    expect(refusal.message).to.include('it ends with write 1, and write 2 was made');
  });

  it('refuses a state that is gone', async () => {
    await openOnce();
    await rm(join(path, 'state', 'CURRENT'));
    const refusal = await refusalOf(openDataDirectory({ path, ...node }));
    expect(refusal.code).to.equal('DISK_STATE_DAMAGED');
  });

  it('keeps no lock after a refusal', async () => {
    await openOnce();
    await rm(join(path, 'state', 'CURRENT'));
    for (let attempt = 0; attempt < 2; attempt++) {
      const refusal = await refusalOf(openDataDirectory({ path, ...node }));
      expect(refusal).to.be.instanceOf(DiskError).with.property('code', 'DISK_STATE_DAMAGED');
    }
  });
});
