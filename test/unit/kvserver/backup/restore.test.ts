import { mkdir, mkdtemp, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readBackup } from '@paxkv/kvserver/internal/backup/backup-reader';
import { type RestoredBackup, restoreBackup } from '@paxkv/kvserver/internal/backup/restore';
import {
  fillMember,
  type Member,
  prepareMember,
} from '@paxkv/kvserver/internal/backup/restored-member';
import { StateMachine } from '@paxkv/kvserver/internal/state-machine/state-machine';
import { openDataDirectory } from '@paxkv/kvserver/internal/storage/index';
import { StateDatabase } from '@paxkv/kvserver/internal/storage/state/state-database';
import { expect } from 'chai';
import { backupOf, inPieces, largerState, smallState } from './backups.ts';

async function codeOf(call: Promise<unknown>): Promise<unknown> {
  const error: unknown = await call.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  return error instanceof Error && 'code' in error ? error.code : error;
}

describe('Restoring a backup', () => {
  let folder: string;
  let backup: Buffer;
  let machine: StateMachine;
  let members: Member[];

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'paxkv-restore-'));
    const state = await largerState();
    machine = state.machine;
    backup = await backupOf(state.level);
    members = [0, 1, 2].map((nodeId) => ({
      ...{ nodeId, clusterId: 'anew', nodeCount: 3 },
      path: join(folder, `node-${nodeId}`),
    }));
  });

  afterEach(() => rm(folder, { recursive: true }));

  /** `files`: what the file holds each time it is read. */
  function restore(...files: readonly Uint8Array[]): Promise<RestoredBackup> {
    let count = 0;
    return restoreBackup({
      members: () => members,
      seed: 'new',
      read: (listener) => {
        const file = files[Math.min(count, files.length - 1)] ?? backup;
        count += 1;
        return readBackup(inPieces(file, 50_000), listener);
      },
    });
  }

  it('gives every member the same state, and a memory that has forgotten everything up to it', async () => {
    await restore();
    for (const member of members) {
      const data = await openDataDirectory(member);
      try {
        const restored = await StateMachine.open(new StateDatabase(data.state));
        const { applied, revision, stateHash } = machine;
        expect(restored).to.include({ applied, revision, stateHash });
        expect(await restored.contentHash()).to.equal(await machine.contentHash());
        const { state, writes } = await data.journal.load();
        expect(state).to.equal('kept');
        expect([...writes]).to.deep.equal([{ type: 'forgotten', min: applied + 1 }]);
        expect(data.identity).to.include({ hasVoted: true, stateEpoch: 0 });
      } finally {
        await data.close();
      }
      expect((await readdir(member.path)).sort()).to.deep.equal([
        'identity.json',
        'journal',
        'state',
      ]);
      expect((await stat(member.path)).mode & 0o777).to.equal(0o700);
    }
  });

  it('counts a journal that vanishes afterwards as lost memory, not as a new node', async () => {
    await restore();
    const [member] = members;
    if (member === undefined) return expect.fail('no member');
    await rm(join(member.path, 'journal'), { recursive: true });
    expect(await codeOf(openDataDirectory(member))).to.equal('DISK_AMNESIA');
  });

  it('writes nothing of a backup that is damaged or incomplete', async () => {
    const changed = backup.with(backup.length - 40, (backup.at(-40) ?? 0) ^ 1);
    expect(await codeOf(restore(changed))).to.equal('BACKUP_DAMAGED');
    expect(await codeOf(restore(backup.subarray(0, -1)))).to.equal('BACKUP_INCOMPLETE');
    expect(await readdir(folder)).to.deep.equal([]);
  });

  it('completes no member if the backup is replaced meanwhile', async () => {
    const other = await backupOf((await smallState()).level);
    expect(await codeOf(restore(backup, backup, backup, other))).to.equal('BACKUP_DAMAGED');
    for (const member of members.slice(0, 2)) {
      expect(await codeOf(openDataDirectory(member))).to.equal('DISK_UNUSABLE');
    }
  });

  it('refuses a directory that is not empty, and modifies nothing in it', async () => {
    await mkdir(join(folder, 'node-1'));
    await writeFile(join(folder, 'node-1', 'precious'), 'data');
    expect(await codeOf(restore())).to.equal('DISK_UNUSABLE');
    expect(await readdir(join(folder, 'node-1'))).to.deep.equal(['precious']);
    expect(await readdir(join(folder, 'node-0'))).to.deep.equal([]);
  });

  it('leaves something that is refused by servers and restores, wherever it ends', async () => {
    const [member] = members;
    if (member === undefined) return expect.fail('no member');
    await prepareMember(member);
    await fillMember(
      member,
      (onRows) => readBackup(inPieces(backup), { onRows }).then(({ header }) => header),
      (position) => position,
    );
    const partial = join(member.path, 'restore.partial');
    for (const name of ['nothing yet', 'journal', 'state']) {
      if (name !== 'nothing yet') await rename(join(partial, name), join(member.path, name));
      expect(await codeOf(openDataDirectory(member)), name).to.equal('DISK_UNUSABLE');
      expect(await codeOf(prepareMember(member)), name).to.equal('DISK_UNUSABLE');
    }
    // The last step makes it complete.
    await rename(join(partial, 'identity.json'), join(member.path, 'identity.json'));
    const data = await openDataDirectory(member);
    expect((await StateMachine.open(new StateDatabase(data.state))).applied).to.equal(
      machine.applied,
    );
    await data.close();
  });
});
