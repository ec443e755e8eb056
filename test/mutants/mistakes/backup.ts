/** Mistakes of backups and of clusters that are restored from them. */
import { byTest, type Mutant } from '../mutant.ts';

const restoreTest = 'unit/kvserver/backup/restore';
const clusterTest = 'unit/kvserver/backup/restored-cluster';
const rowsTest = 'unit/kvserver/backup/rewritten-rows';
const namesTest = 'unit/kvserver/backup/new-incarnation';

export const backupMutants: readonly Mutant[] = [
  {
    id: 'backup-of-what-is-here',
    mistake: 72,
    does: 'A backup begins without asking a quorum for its position.',
    loses: 'It lacks writes that were acknowledged before it began.',
    file: 'kvserver/src/backup-stream.ts',
    right: "if (consistency === 'linearizable') await replica",
    wrong: "if (consistency === 'linearizable') void replica",
    caughtBy: [
      byTest(
        'unit/kvserver/backup-stream',
        'is opened once this server has applied what was acknowledged before it began',
      ),
    ],
  },
  {
    id: 'backup-without-the-question',
    mistake: 72,
    does: 'The read before a backup is one that asks no quorum.',
    loses: 'As before.',
    file: 'kvserver/src/backup-stream.ts',
    right: "if (consistency === 'linearizable') await replica.submit(anyGet, { signal });",
    wrong:
      "if (consistency === 'linearizable') await replica.submit({ ...anyGet, consistency: 'serializable' }, { signal });",
    caughtBy: [
      byTest(
        'unit/kvserver/backup-stream',
        'is opened once this server has applied what was acknowledged before it began',
      ),
    ],
  },
  {
    id: 'restored-member-votes-below',
    mistake: 72,
    does: 'A restored member does not note that it has forgotten what is in its state.',
    loses: 'It votes for other values in instances that are decided.',
    file: 'kvserver/src/backup/restored-member.ts',
    right: "    await data.journal.write([{ type: 'forgotten', min: position.applied + 1 }]);\n",
    wrong: '',
    caughtBy: [
      byTest(
        restoreTest,
        'gives every member the same state, and a memory that has forgotten everything up to it',
      ),
    ],
  },
  {
    id: 'restored-member-one-below',
    mistake: 72,
    does: 'A restored member has not forgotten the last instance in its state.',
    loses: 'That instance is decided again, with another value.',
    file: 'kvserver/src/backup/restored-member.ts',
    right: 'min: position.applied + 1 }',
    wrong: 'min: position.applied }',
    caughtBy: [
      byTest(
        restoreTest,
        'gives every member the same state, and a memory that has forgotten everything up to it',
      ),
    ],
  },
  {
    id: 'restored-without-its-name',
    mistake: 72,
    does: 'A restored member does not record the name of the new cluster.',
    loses: 'It serves clients, and votes, in the cluster that the backup is of.',
    file: 'kvserver/src/backup/restored-member.ts',
    right: 'if (incarnation !== undefined) await data',
    wrong: 'if (incarnation === "") await data',
    caughtBy: [
      byTest(
        clusterTest,
        'is another cluster than the one that the backup is of, and than any other restored one',
      ),
    ],
  },
  {
    id: 'restored-under-the-former-name',
    mistake: 72,
    does: 'A restored cluster keeps the name of the former one.',
    loses: 'Clients and members of the two take them for one.',
    file: 'kvserver/src/backup/new-incarnation.ts',
    right: 'return { ...position, incarnation: incarnationOf(origin) };',
    wrong:
      'return { ...position, ...(origin.seed === "" && { incarnation: incarnationOf(origin) }) };',
    caughtBy: [
      byTest(
        namesTest,
        'replaces that of the former cluster, and is left to the log where there was none',
      ),
      byTest(
        clusterTest,
        'is another cluster than the one that the backup is of, and than any other restored one',
      ),
    ],
  },
  {
    id: 'members-of-different-files',
    mistake: 72,
    does: 'The name of a restored cluster does not depend on the file.',
    loses: 'Members of two backups form one cluster with two states.',
    file: 'kvserver/src/backup/new-incarnation.ts',
    right: 'JSON.stringify([seed, checksum, clusterId, nodeCount])',
    wrong: 'JSON.stringify([seed, checksum.length, clusterId, nodeCount])',
    caughtBy: [byTest(namesTest, 'differs if the file, the seed, the name or the size differs')],
  },
  {
    id: 'replaced-file-restored',
    mistake: 72,
    does: 'A file that is replaced during a restore is not noticed.',
    loses: 'The members get different states.',
    file: 'kvserver/src/backup/restore.ts',
    right: '      expectSame(again, backup);\n',
    wrong: '',
    caughtBy: [byTest(restoreTest, 'completes no member if the backup is replaced meanwhile')],
  },
  {
    id: 'session-rows-unread',
    mistake: 73,
    does: 'What the rows of sessions say is not verified.',
    loses: 'Every node of a restored cluster ends at each start.',
    file: 'kvserver/src/storage/state/state-reader.ts',
    right: 'if (isSessionKey(key)) this.#sessions.take(key, row);',
    wrong: 'if (isSessionKey(key)) return;',
    caughtBy: [
      byTest(
        rowsTest,
        'are accepted exactly if a server can use them, whichever field is rewritten',
      ),
    ],
  },
  {
    id: 'no-room-to-count',
    mistake: 73,
    does: 'A state may have counted up to the last exact number.',
    loses: 'The next request ends every node of a restored cluster.',
    file: 'kvserver/src/storage/state/rows.ts',
    right: 'if (count <= stateCountMax) return count;',
    wrong: 'return count;',
    caughtBy: [
      byTest(
        rowsTest,
        'are accepted exactly if a server can use them, whichever field is rewritten',
      ),
      byTest(
        'unit/kvserver/storage/state/entry-row',
        'is refused with revisions that no sequence of writes gives',
      ),
    ],
  },
  {
    id: 'notes-of-another-copy',
    mistake: 73,
    does: 'A state from elsewhere may have rows that concern one copy of it only.',
    loses: 'A node takes its own journal for one that lost its end.',
    file: 'kvserver/src/storage/state/state-reader.ts',
    right:
      "if (nameOf(key) !== nameOf(positionKey)) throw damaged('a row concerns one copy of it only');",
    wrong: 'if (nameOf(key) !== nameOf(positionKey)) return;',
    caughtBy: [
      byTest(
        'unit/kvserver/storage/state/state-reader',
        'is refused with a row that concerns one copy of it only, or of an unknown kind',
      ),
    ],
  },
  {
    id: 'sessions-used-at-once',
    mistake: 73,
    does: 'Two sessions of a state may have been used at the same time.',
    loses: 'Replicas may evict different ones.',
    file: 'kvserver/src/storage/state/session-rows.ts',
    right: "    expect(!this.#uses.has(lastUse), 'two sessions were used at the same time');\n",
    wrong: '',
    caughtBy: [
      byTest(
        'unit/kvserver/storage/state/session-rows',
        'are refused if two were used at the same time: their order would be open',
      ),
    ],
  },
  {
    id: 'partial-restore-starts',
    mistake: 33,
    does: 'Each member is complete as soon as it is filled.',
    loses: 'After an error some members of a cluster start, with a state the others do not get.',
    file: 'kvserver/src/backup/restore.ts',
    right: '    await fillMember(member, rows, (position) => inNewCluster(position, origin));\n',
    wrong: `    await fillMember(member, rows, (position) => inNewCluster(position, origin));
    await completeMember(member);\n`,
    caughtBy: [byTest(restoreTest, 'completes no member if the backup is replaced meanwhile')],
  },
];
