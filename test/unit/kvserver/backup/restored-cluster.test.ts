/** What a restored cluster has of the former one: its users, and not its name. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readBackup } from '@paxkv/kvserver/internal/backup/backup-reader';
import { restoreBackup } from '@paxkv/kvserver/internal/backup/restore';
import type { Member } from '@paxkv/kvserver/internal/backup/restored-member';
import { encodeLevelRaise } from '@paxkv/kvserver/internal/state-machine/batch';
import { StateMachine } from '@paxkv/kvserver/internal/state-machine/state-machine';
import { openDataDirectory } from '@paxkv/kvserver/internal/storage/index';
import { StateDatabase } from '@paxkv/kvserver/internal/storage/state/state-database';
import type { AuthTable, Reply } from '@paxkv/protocol';
import { expect } from 'chai';
import { applyNext, applyTo, bytes, decided, memoryLevel, put } from '../state-machine/fixtures.ts';
import { backupOf, inPieces } from './backups.ts';

const table: AuthTable = {
  required: true,
  users: [{ name: 'anna', roles: ['writer'] }],
  roles: [{ name: 'writer', rights: [{ kind: 'write', prefix: bytes('a') }] }],
  tokens: ['root', 'anna'].map((user) => ({
    ...{ id: `token-of-${user}___`.slice(0, 16), user, cost: 12, expires: 0 },
    ...{ salt: new Uint8Array(16).fill(1), hash: new Uint8Array(32).fill(2) },
  })),
};
const anna = { user: 'anna', token: table.tokens[1]?.id ?? '' };

/** A backup of a cluster that has a name, and users. */
async function backupWithUsers(): Promise<{ machine: StateMachine; backup: Buffer }> {
  const level = memoryLevel();
  const machine = await StateMachine.open(new StateDatabase(level));
  await applyTo(machine, decided(0, [encodeLevelRaise(2, new Uint8Array(16).fill(5))]));
  await applyNext(machine, put('a', '1'), put('b', '1'), { type: 'setAuth', expected: 0, table });
  return { machine, backup: await backupOf(level) };
}

const outcomeOf = (reply: Reply | undefined) =>
  reply?.type === 'refused' ? reply.reason : reply?.type;

describe('A restored cluster', () => {
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'paxkv-restored-'));
  });

  afterEach(() => rm(folder, { recursive: true }));

  /** Restores two of three members. */
  async function restore(backup: Buffer, name: string, seed = 'new'): Promise<Member[]> {
    const members = [0, 2].map((nodeId) => ({
      ...{ nodeId, clusterId: 'paxkv', nodeCount: 3 },
      path: join(folder, name, `node-${nodeId}`),
    }));
    const read = (listener: Parameters<typeof readBackup>[1]) =>
      readBackup(inPieces(backup), listener);
    await restoreBackup({ members: () => members, seed, read });
    return members;
  }

  it('keeps users, roles and tokens, and what they may do', async () => {
    const { backup } = await backupWithUsers();
    for (const member of await restore(backup, 'one')) {
      const data = await openDataDirectory(member);
      try {
        const machine = await StateMachine.open(new StateDatabase(data.state));
        expect(machine.auth.table).to.deep.equal(table);
        const replies = await applyNext(
          machine,
          { command: put('a', '2'), principal: anna },
          { command: put('b', '2'), principal: anna },
          { command: put('a', '3') },
          { command: put('b', '3'), principal: { user: 'root' } },
        );
        expect(replies.map(outcomeOf)).to.deep.equal([
          ...['put', 'forbidden', 'unauthenticated', 'put'],
        ]);
      } finally {
        await data.close();
      }
    }
  });

  it('is another cluster than the one that the backup is of, and than any other restored one', async () => {
    const { machine, backup } = await backupWithUsers();
    const names = new Set([machine.incarnation]);
    const restores = { first: [backup, 'new'], second: [backup, 'newer'] } as const;
    for (const [name, [file, seed]] of Object.entries(restores)) {
      const found = new Set<string | undefined>();
      for (const member of await restore(file, name, seed)) {
        const data = await openDataDirectory(member);
        const restored = await StateMachine.open(new StateDatabase(data.state));
        found.add(restored.incarnation).add(data.identity.incarnation);
        await data.close();
      }
      expect([...found]).to.have.length(1);
      for (const one of found) names.add(one);
    }
    expect(names.size).to.equal(3);
    expect(names.has(undefined)).to.equal(false);
  });
});
