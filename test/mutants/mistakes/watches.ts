/** Mistakes of watches. */
import { bySimulation, byTest, type Mutant } from '../mutant.ts';

const recent = 'unit/kvserver/state-machine/store/changes/recent-changes';
const history = 'unit/kvserver/storage/history/history';
const reads = 'unit/kvserver/replica/watch/watches';

export const watchMutants: readonly Mutant[] = [
  {
    id: 'dropped-changes-not-reported',
    mistake: 48,
    does: 'A watch continues after a revision whose following changes a server no longer has.',
    loses: 'A watcher misses changes without an error.',
    file: 'kvserver/src/state-machine/store/changes/recent-changes.ts',
    right: '    if (after < this.#since) return undefined;\n',
    wrong: '',
    caughtBy: [
      byTest(recent, 'drop the oldest ones at their bound, and then say so'),
      byTest(reads, 'are refused once a change after them is gone, also if they wait'),
      bySimulation,
    ],
  },
  {
    id: 'revision-cut-in-two',
    mistake: 48,
    does: 'A page of changes ends within a revision.',
    loses: 'A watcher sees a part of a transaction, and never the rest.',
    file: 'kvserver/src/state-machine/store/changes/recent-changes.ts',
    right: 'if (isFull && change.revision > last) {',
    wrong: 'if (isFull && change.revision >= last) {',
    caughtBy: [byTest(recent, 'end a page behind a whole revision, however large that is')],
  },
  {
    id: 'woken-behind-the-change',
    mistake: 48,
    does: 'A watch that is woken continues behind the change for which it was woken.',
    loses: 'A watcher misses changes that came while it waited.',
    file: 'kvserver/src/replica/watch/waiting-watches.ts',
    right: 'resolve(seen);',
    wrong: 'resolve(revision);',
    caughtBy: [byTest(reads, 'wait for a change of their range, and for no other'), bySimulation],
  },
  {
    id: 'watch-begins-in-the-past',
    mistake: 48,
    does: 'A watch begins at the revision of one server, which may be behind.',
    loses: 'A watcher sees changes again that were made before it began.',
    file: 'kvserver/src/replica/watch/watches.ts',
    right: "    if (command.after === 'now') {\n      await confirm();\n",
    wrong: "    if (command.after === 'now') {\n",
    caughtBy: [byTest(reads, 'begin now at a revision that a quorum has confirmed')],
  },
  {
    id: 'transactions-not-watched',
    mistake: 48,
    does: 'The changes of a transaction are not among the recent ones.',
    loses: 'A watcher misses them.',
    file: 'kvserver/src/state-machine/store/store.ts',
    right: 'for (const { slot, entry } of changes) this.#change(slot, entry);',
    wrong: 'for (const { slot, entry } of changes) this.#cache.change(slot, entry);',
    caughtBy: [
      byTest(
        'unit/client/watch/watch',
        'reflects the state after every batch, whatever is written',
      ),
      bySimulation,
    ],
  },
  {
    id: 'another-server-begins-now',
    mistake: 48,
    does: 'A watch that one server refuses begins anew at another one.',
    loses: 'A watcher misses the changes in between.',
    file: 'client/src/range/recent-reads.ts',
    right: 'calls.readAt(endpoint, command, limits)',
    wrong: "calls.readAt(endpoint, { ...command, after: 'now' }, limits)",
    caughtBy: [
      byTest(
        'unit/client/watch/change-of-server',
        'asks the others if one has dropped the changes',
      ),
      bySimulation,
    ],
  },
  {
    id: 'watch-forgets-where-it-was',
    mistake: 48,
    does: 'A watch asks every server for the changes after the revision at which it began.',
    loses: 'A watcher sees changes again and again.',
    file: 'client/src/watch/watch.ts',
    right: '      after = revision;\n      yield { changes: events',
    wrong: '      yield { changes: events',
    caughtBy: [
      byTest('unit/client/watch/change-of-server', 'loses and repeats nothing when servers fail'),
      bySimulation,
    ],
  },
  {
    id: 'history-behind-its-state',
    mistake: 48,
    does: 'A row of the history is written after its state.',
    loses:
      'After a crash in between, the history does not lead to the state, and ends watches that could go on.',
    file: 'kvserver/src/storage/state/state-database.ts',
    right:
      '      await this.#options.history?.append(history, pace);\n' +
      '      await this.#turns.take(() => this.#commit(batch, changes, others.position));\n',
    wrong:
      '      await this.#turns.take(() => this.#commit(batch, changes, others.position));\n' +
      '      await this.#options.history?.append(history, pace);\n',
    caughtBy: [byTest(history, 'is on disk before its state, and read without what led further')],
  },
  {
    id: 'history-ends-at-a-state-that-was-not-written',
    mistake: 48,
    does: 'A start takes a row that led to a state that was not written for a gap.',
    loses: 'A crash between the two writes ends watches that could go on.',
    file: 'kvserver/src/storage/history/history-reading.ts',
    right: '      if (stored.until > this.#after) continue;\n',
    wrong: '',
    caughtBy: [byTest(history, 'skips such a row in a file that is continued by another')],
  },
  {
    id: 'history-row-behind-half-a-row',
    mistake: 48,
    does: 'Behind a write that failed, rows are added to the same file.',
    loses: 'What is left of the write hides them, so a restart ends watches that could go on.',
    file: 'kvserver/src/storage/history/history-log.ts',
    right:
      '      // What was written of a row would hide those behind it.\n      await this.#complete();\n',
    wrong: '',
    caughtBy: [
      byTest(
        'unit/kvserver/storage/history/history-log',
        'goes on in another file behind a write that failed, and says so',
      ),
    ],
  },
  {
    id: 'history-begins-one-too-low',
    mistake: 48,
    does: 'After a restart a server claims to have the changes of the revision before its history begins.',
    loses: 'A watcher that continues there misses a change.',
    file: 'kvserver/src/state-machine/store/changes/recent-changes.ts',
    right: '    this.#since = after;\n',
    wrong: '    this.#since = Math.max(0, after - 1);\n',
    caughtBy: [byTest(history, 'begins after a row that is damaged, or of another format')],
  },
  {
    id: 'history-with-a-gap',
    mistake: 48,
    does: 'A start takes rows of the history that do not end where the next ones begin.',
    loses: 'A watcher misses the changes in between.',
    file: 'kvserver/src/storage/history/history-reading.ts',
    right: '    if (row === undefined || row.until !== this.#after) return false;\n',
    wrong: '    if (row === undefined) return false;\n',
    caughtBy: [
      byTest(history, 'begins after a row that vanished, and drops what is before it'),
      byTest(history, 'is empty where a version without a history has written the state since'),
    ],
  },
  {
    id: 'history-hides-what-memory-dropped',
    mistake: 48,
    does: 'A row of the history begins where the last one ended, although memory has dropped changes since.',
    loses: 'A watcher misses these changes after a restart.',
    file: 'kvserver/src/state-machine/store/changes/history.ts',
    right: 'Math.max(this.#written, since)',
    wrong: 'this.#written',
    caughtBy: [byTest(history, 'skips what memory had dropped before it was written')],
  },
  {
    id: 'history-of-another-state',
    mistake: 48,
    does: 'A start reads the entries that the history leads to as they are later.',
    loses:
      'A watcher is shown a later value in the place of the one that was written, or the history ends early.',
    file: 'kvserver/src/storage/history/history-reading.ts',
    right: 'this.#level.getMany(keys, { snapshot: this.#snapshot })',
    wrong: 'this.#level.getMany(keys)',
    caughtBy: [
      byTest(history, 'is read as the state was at the start, whatever is written meanwhile'),
    ],
  },
  {
    id: 'history-dropped-while-it-is-read',
    mistake: 48,
    does: 'A write drops rows of the history that a start has not read yet.',
    loses: 'The next start has a shorter history, and ends watches that could go on.',
    file: 'kvserver/src/state-machine/store/changes/history.ts',
    right: 'this.#reading === undefined ? since : 0',
    wrong: 'since',
    caughtBy: [
      byTest(history, 'is read as the state was at the start, whatever is written meanwhile'),
    ],
  },
  {
    id: 'revision-in-two-rows',
    mistake: 48,
    does: 'A row of the history ends within a revision.',
    loses: 'A watcher sees a part of a transaction, and never the rest.',
    file: 'kvserver/src/storage/history/history-row.ts',
    right: 'if (bytes >= rowBytesMax && change.revision > last) {',
    wrong: 'if (bytes >= rowBytesMax) {',
    caughtBy: [
      byTest(
        'unit/kvserver/storage/history/history-row',
        'has all changes of a revision, however large',
      ),
    ],
  },
];
