/** Mistakes of transferring a whole state to a replica that the log can no longer bring up to date. */
import { byTest, type Mutant } from '../mutant.ts';

export const stateTransferMutants: readonly Mutant[] = [
  {
    id: 'state-read-while-it-changes',
    mistake: 30,
    does: 'A state is read page by page while it changes.',
    loses: 'The receiver gets rows of several instances as one state.',
    file: 'kvserver/src/storage/state/state-export.ts',
    right: 'this.#iterator = level.iterator({ snapshot })',
    wrong: 'this.#iterator = level.iterator()',
    caughtBy: [
      byTest(
        'unit/kvserver/storage/state/state-export',
        'is a consistent snapshot, also if the state changes while it is being opened',
      ),
    ],
  },
  {
    id: 'position-of-state-not-checked',
    mistake: 30,
    does: 'A state is accepted without checking its instance.',
    loses: 'Instances between the two positions are applied twice, or never.',
    file: 'kvserver/src/storage/state/state-import.ts',
    right: '    if (position.applied !== applied) {',
    wrong: '    if (applied < -1) {',
    caughtBy: [
      byTest('unit/kvserver/storage/state/state-transfer', 'is refused with another position'),
    ],
  },
  {
    id: 'older-state-accepted',
    mistake: 32,
    does: 'A replica replaces its state by an older one.',
    loses: 'Later instances are lost here, and the log has forgotten them.',
    file: 'kvserver/src/replica/catch-up/state-fetch.ts',
    right: 'if (first <= applied) throw',
    wrong: 'if (first < 0) throw',
    caughtBy: [
      byTest(
        'unit/kvserver/replica/catch-up/state-fetch',
        'refuses a state that is not newer, even if it is complete',
      ),
    ],
  },
  {
    id: 'partial-state-accepted',
    mistake: 33,
    does: 'A state counts as complete without counting its rows.',
    loses: 'Keys that were written are absent on this replica.',
    file: 'kvserver/src/storage/state/state-import.ts',
    right: '    this.#audit.finish(checksum);\n',
    wrong: '',
    caughtBy: [
      byTest('unit/kvserver/storage/state/state-transfer', 'is not a state before it is complete'),
    ],
  },
  {
    id: 'position-before-rows',
    mistake: 33,
    does: 'The position of a state is written with the first rows, not after the last.',
    loses: 'After a crash a partial state has a valid position.',
    file: 'kvserver/src/storage/state/state-import.ts',
    right: 'const others = rows.filter((row) => row !== this.#positionRow);',
    wrong: 'const others = rows;',
    caughtBy: [
      byTest('unit/kvserver/storage/state/state-transfer', 'is not a state before it is complete'),
    ],
  },
  {
    id: 'damaged-rows-accepted',
    mistake: 39,
    does: 'Rows from another replica are accepted unchecked.',
    loses: 'One damaged disk damages all replicas.',
    file: 'kvserver/src/storage/state/row-audit.ts',
    right: '    bodyOf(key, row);\n',
    wrong: '',
    caughtBy: [
      byTest(
        'unit/kvserver/replica/catch-up/state-repair',
        'refuses a page with changed, missing or additional rows',
      ),
    ],
  },
  {
    id: 'damaged-state-kept',
    mistake: 39,
    does: 'A replica that finds its own state damaged while sending it continues with it.',
    loses: 'Reads here return what is left of it.',
    file: 'kvserver/src/replica/catch-up/state-source.ts',
    right: '      this.#options.onFailed(error);\n',
    wrong: '',
    caughtBy: [
      byTest(
        'unit/kvserver/replica/catch-up/state-repair',
        'fails a node that finds its own state damaged while sending it',
      ),
    ],
  },
  {
    id: 'vanished-rows-unnoticed',
    mistake: 59,
    does: 'A pass over all rows does not count them.',
    loses: 'A row that LevelDB dropped silently looks like a key that was never written.',
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
  {
    id: 'pass-forgets-writes',
    mistake: 59,
    does: 'A pass over all rows does not learn of writes behind it.',
    loses: 'An intact state is set aside again and again.',
    file: 'kvserver/src/storage/state/row-pass.ts',
    right: 'if (Buffer.compare(change.key, this.#last) <= 0) this.#audit.replace(change);',
    wrong: '',
    caughtBy: [
      byTest(
        'unit/kvserver/storage/state/row-pass',
        'finds nothing while rows are written, changed and deleted anywhere',
      ),
    ],
  },
  {
    id: 'outvoted-state-kept',
    mistake: 59,
    does: 'A replica keeps a state that differs from those of a quorum.',
    loses: 'Reads here differ from reads elsewhere, for good.',
    file: 'kvserver/src/replica/scrub/checksum-exchange.ts',
    right: '    if (isOutvoted) onFailed(outvoted(applied));\n',
    wrong: '',
    caughtBy: [
      byTest(
        'unit/kvserver/replica/scrub/verification',
        'stops a replica whose state is intact but not that of most others',
      ),
    ],
  },
];
