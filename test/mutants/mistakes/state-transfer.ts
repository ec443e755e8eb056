/** Mistakes of transferring a whole state to a replica that the log can no longer bring up to date. */
import { byTest, type Mutant } from '../mutant.ts';

export const stateTransferMutants: readonly Mutant[] = [
  {
    id: 'state-read-while-it-changes',
    mistake: 30,
    does: 'A state is read page by page while it goes on changing.',
    loses: 'The receiver gets rows of several instances, and calls them one.',
    file: 'kvserver/src/storage/state/state-export.ts',
    right: 'level.iterator({ snapshot })',
    wrong: 'level.iterator()',
    caughtBy: [
      byTest(
        'unit/kvserver/storage/state/state-export',
        'is of one moment, also if the state goes on while it is being opened',
      ),
    ],
  },
  {
    id: 'state-of-another-instance',
    mistake: 30,
    does: 'A state is taken without a look at the instance it is of.',
    loses: 'Instances between the two are applied twice, or never.',
    file: 'kvserver/src/storage/state/state-import.ts',
    right: '    if (position.applied !== applied) {',
    wrong: '    if (applied < -1) {',
    caughtBy: [
      byTest('unit/kvserver/storage/state/state-transfer', 'is refused under another position'),
    ],
  },
  {
    id: 'older-state-taken',
    mistake: 32,
    does: 'A state replaces the own one though it is older.',
    loses: 'What was applied since is gone here, and the log has forgotten it.',
    file: 'kvserver/src/replica/snapshot/state-fetch.ts',
    right: 'if (first <= applied) throw',
    wrong: 'if (first < 0) throw',
    caughtBy: [
      byTest(
        'unit/kvserver/replica/snapshot/state-fetch',
        'takes none that is not newer, be it whole',
      ),
    ],
  },
  {
    id: 'half-a-state-taken',
    mistake: 33,
    does: 'A state is taken for whole without counting its rows.',
    loses: 'Keys that were written are absent on this replica.',
    file: 'kvserver/src/storage/state/state-import.ts',
    right: '    this.#audit.finish(checksum);\n',
    wrong: '',
    caughtBy: [
      byTest('unit/kvserver/storage/state/state-transfer', 'is no state before it is complete'),
    ],
  },
  {
    id: 'position-before-rows',
    mistake: 33,
    does: 'A state gets its position with the first rows, not after the last.',
    loses: 'After a crash half of it looks like the state of that position.',
    file: 'kvserver/src/storage/state/state-import.ts',
    right: 'const others = rows.filter((row) => row !== this.#positionRow);',
    wrong: 'const others = rows;',
    caughtBy: [
      byTest('unit/kvserver/storage/state/state-transfer', 'is no state before it is complete'),
    ],
  },
  {
    id: 'damaged-rows-taken',
    mistake: 39,
    does: 'Rows are taken from another replica unchecked.',
    loses: 'One damaged disk damages them all.',
    file: 'kvserver/src/storage/state/row-audit.ts',
    right: '    bodyOf(key, row);\n',
    wrong: '',
    caughtBy: [
      byTest(
        'unit/kvserver/replica/snapshot/state-repair',
        'takes no page whose rows were changed, dropped or added',
      ),
    ],
  },
  {
    id: 'damaged-state-kept',
    mistake: 39,
    does: 'A replica that finds its own state damaged while giving it goes on with it.',
    loses: 'Reads here are answered from what is left.',
    file: 'kvserver/src/replica/snapshot/state-source.ts',
    right: '      this.#options.onFailed(error);\n',
    wrong: '',
    caughtBy: [
      byTest(
        'unit/kvserver/replica/snapshot/state-repair',
        'fails a node that finds its own state damaged while it gives it',
      ),
    ],
  },
  {
    id: 'vanished-rows-unnoticed',
    mistake: 59,
    does: 'A state is taken up without counting its rows.',
    loses: 'A row that LevelDB dropped in silence is a key that was never written.',
    file: 'kvserver/src/storage/state/row-audit.ts',
    right: 'if (isSameChecksum(this.#checksum, expected)) return;',
    wrong: 'if (this.#checksum.count <= expected.count) return;',
    caughtBy: [
      byTest(
        'unit/kvserver/storage/state/state-transfer',
        'is not taken from rows that are damaged or incomplete',
      ),
    ],
  },
];
