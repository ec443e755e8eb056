/** Mistakes of the storage beside the journal: data that is not flushed, not checked, or lost without notice. */
import { bySimulation, byTest, type Mutant } from '../mutant.ts';

export const diskMutants: readonly Mutant[] = [
  {
    id: 'state-not-flushed',
    mistake: 28,
    does: 'The state is not flushed, but counts as durable.',
    loses: 'After a power loss the state lacks instances that the log has already forgotten.',
    file: 'kvserver/src/storage/state/state-database.ts',
    right: 'const options: WriteOptions = { sync: true };',
    wrong: 'const options: WriteOptions = { sync: false };',
    caughtBy: [byTest('unit/kvserver/storage/state/state-database', 'requires a flush')],
  },
  {
    id: 'lost-identity-is-new',
    mistake: 37,
    does: 'A node whose identity was quarantined starts as a new one.',
    loses: 'As before.',
    file: 'kvserver/src/storage/quarantine.ts',
    right: 'await Identity.create(file, options, true);',
    wrong: 'await Identity.create(file, options);',
    caughtBy: [
      byTest('unit/kvserver/storage/data-directory', 'trusts no data next to a lost identity'),
    ],
  },
  {
    id: 'journal-trusted-without-identity',
    mistake: 37,
    does: 'A node that lost its identity trusts the journal next to it.',
    loses: 'The expected length of that journal is unknown: its end may be missing.',
    file: 'kvserver/src/storage/quarantine.ts',
    right: `      const results = [
        await setAside(path, 'journal'),`,
    wrong: '      const results = [',
    caughtBy: [
      byTest('unit/kvserver/storage/data-directory', 'trusts no data next to a lost identity'),
    ],
  },
  {
    id: 'leveldb-log-not-scanned',
    mistake: 38,
    does: 'The log of LevelDB is not scanned for damage before LevelDB skips it.',
    loses: 'Synced rows of the state are lost without notice.',
    file: 'kvserver/src/storage/leveldb/database.ts',
    right: '  if (bad !== undefined) {',
    wrong: "  if (bad?.file === '') {",
    caughtBy: [
      byTest(
        'unit/kvserver/storage/damage',
        'state log, one bit flipped: refused, or nothing lost',
      ),
    ],
  },
  {
    id: 'tables-not-verified',
    mistake: 59,
    does: 'The tables of LevelDB are not verified.',
    loses: 'A damaged row there is found only when it is read, or is skipped.',
    file: 'kvserver/src/storage/leveldb/table-audit.ts',
    right: 'if (reason !== undefined) throw damaged(table.originalPath, reason);',
    wrong: "if (reason === '') throw damaged(table.originalPath, reason);",
    caughtBy: [
      byTest(
        'unit/kvserver/storage/leveldb/database-tables',
        'refuses a damaged table before any read if it is to be verified at once',
      ),
    ],
  },
  {
    id: 'rows-read-before-their-table',
    mistake: 59,
    does: 'A row is read from a table that was not verified since the start.',
    loses: 'A damaged block returns an older row, or none, without an error.',
    file: 'kvserver/src/storage/state/state-database.ts',
    right: '      await this.#options.tables?.expectIntact(rowKeys);\n',
    wrong: '',
    caughtBy: [
      byTest(
        'unit/kvserver/storage/state/state-database-damage',
        'of a table is found before a row is read from it',
      ),
    ],
  },
  {
    id: 'merged-tables-trusted',
    mistake: 59,
    does: 'A table that LevelDB merges before it was verified is not verified any more.',
    loses: 'The damage is in a new table, whose checksums are right.',
    file: 'kvserver/src/storage/leveldb/table-audit.ts',
    right: 'path: join(canLink ? folder : directory, table.file),',
    wrong: 'path: join(canLink ? directory : folder, table.file),',
    caughtBy: [
      byTest(
        'unit/kvserver/storage/leveldb/table-audit',
        'still verifies a table that LevelDB has deleted',
      ),
    ],
  },
  {
    id: 'missing-writes-unnoticed',
    mistake: 38,
    does: 'The sequence of writes is not compared between tables and log.',
    loses: 'With an old list of tables, rows of the state revert or vanish.',
    file: 'kvserver/src/storage/leveldb/write-sequence.ts',
    right: 'isExact ? first !== sequence : first > sequence',
    wrong: 'isExact && first < sequence',
    caughtBy: [
      byTest(
        'unit/kvserver/storage/leveldb/write-sequence',
        'misses writes where the tables end before the log begins',
      ),
    ],
  },
  {
    id: 'emptied-database-is-new',
    mistake: 37,
    does: 'A database without its CURRENT file is opened as a new one.',
    loses: 'A wiped journal votes again.',
    file: 'kvserver/src/storage/leveldb/database.ts',
    right: "if (!isNew && !names.includes('CURRENT')) {",
    wrong: "if (!isNew && names.includes('CURRENT-gone')) {",
    caughtBy: [
      byTest(
        'unit/kvserver/storage/leveldb/database',
        'creates no new database where one was, and modifies nothing',
      ),
    ],
  },
  {
    id: 'sends-after-failed-write',
    mistake: 40,
    does: 'A peer whose write failed continues to send.',
    loses: 'It vouches for promises and votes that a restart does not remember.',
    file: 'paxos/src/effect-loop.ts',
    right: '      this.#fail(\n        new',
    wrong: '      Object(\n        new',
    caughtBy: [
      bySimulation,
      byTest('unit/paxos/effect-loop', 'silences the peer for good, and is reported once'),
    ],
  },
  {
    id: 'state-error-forgotten',
    mistake: 40,
    does: 'After a failed write the state machine takes the next run.',
    loses: 'Sessions in memory and on disk diverge.',
    file: 'kvserver/src/state-machine/failure-latch.ts',
    right: 'this.#failure ??= failure;',
    wrong: '',
    caughtBy: [
      byTest(
        'unit/kvserver/storage/state/state-database',
        'of a write stops the machine until it is reopened',
      ),
    ],
  },
  {
    id: 'data-of-another-node-used',
    mistake: 54,
    does: "A node uses another node's data directory.",
    loses: 'Two nodes use the votes of one.',
    file: 'kvserver/src/storage/identity.ts',
    right: '  if (found.nodeId !== nodeId) {',
    wrong: '  if (found.nodeId < 0) {',
    caughtBy: [
      byTest(
        'unit/kvserver/storage/data-directory',
        'refuses another node, cluster or size, and modifies nothing (C3)',
      ),
    ],
  },
  {
    id: 'newer-format-called-damaged',
    mistake: 55,
    does: 'A directory of a newer format is called damaged instead of newer.',
    loses: 'An operator restores a healthy node from backup.',
    file: 'kvserver/src/storage/identity.ts',
    right: 'found > formatMax) && !isOurs(file, formatMax)',
    wrong: 'found < 0) && !isOurs(file, formatMax)',
    caughtBy: [
      byTest('unit/kvserver/storage/identity', 'refuses a newer format, whatever else it holds'),
    ],
  },
];
