/** Mistakes of transferring the log or a whole state to a replica that was away, and of what is kept for it. */
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
    right: '    if (taken.applied !== applied) {',
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
    file: 'kvserver/src/storage/state/state-reader.ts',
    right: '    this.#audit.finish(checksum);\n',
    wrong: '',
    caughtBy: [
      byTest('unit/kvserver/storage/state/state-transfer', 'is not a state before it is complete'),
      byTest(
        'unit/kvserver/backup/rewritten-rows',
        'are refused if they are not the rows that the position counts',
      ),
    ],
  },
  {
    id: 'position-before-rows',
    mistake: 33,
    does: 'The position of a state is written with the first rows, not after the last.',
    loses: 'After a crash a partial state has a valid position.',
    file: 'kvserver/src/storage/state/state-import.ts',
    right: 'const others = rows.filter(([key]) => !isMetaKey(key));',
    wrong: 'const others = rows;',
    caughtBy: [
      byTest('unit/kvserver/storage/state/state-transfer', 'is not a state before it is complete'),
    ],
  },
  {
    id: 'damaged-rows-accepted',
    mistake: 39,
    does: 'Rows are accepted unchecked while they are passed on, or read in the background.',
    loses: 'A damaged row is sent to other replicas, and is noticed only when it is read.',
    file: 'kvserver/src/storage/state/row-audit.ts',
    right: '    bodyOf(key, row);\n',
    wrong: '',
    caughtBy: [
      byTest(
        'unit/kvserver/storage/state/state-transfer',
        'is not taken from rows that are damaged or incomplete',
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
    id: 'damaged-log-record-served',
    mistake: 39,
    does: 'A record of the log window is sent without verifying its checksum.',
    loses: 'A flipped bit on one disk becomes part of the state of another replica.',
    file: 'kvserver/src/storage/log-window/window-segment.ts',
    right: 'const found = await reader.fragmentAt(offset, expected);',
    wrong: `const head = await reader.bytes(offset, expected.index < 0 ? 0 : fragmentHeaderBytes);
    const size = fragmentHeaderBytes + head.readUInt32LE(4);
    const payload = (await reader.bytes(offset, size)).subarray(fragmentHeaderBytes);
    const bytes = Math.ceil(size / 8) * 8;
    const found = { type: 'fragment', kind: windowFormat, bytes, payload };`,
    caughtBy: [
      byTest(
        'unit/kvserver/storage/log-window/log-window',
        'never gives a damaged record, and keeps what lies behind the damaged file',
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
  {
    id: 'log-window-with-gap',
    mistake: 58,
    does: 'Decisions are added to the log window although some before them are missing.',
    loses: 'A replica that reads across the gap applies values under the numbers of others.',
    file: 'kvserver/src/storage/log-window/log-window.ts',
    right: '      if (decision.seq > this.#next) this.#removeAll();\n',
    wrong: '',
    caughtBy: [
      byTest(
        'unit/kvserver/storage/log-window/log-window',
        'holds no two parts with a gap between them',
      ),
    ],
  },
  {
    id: 'log-window-of-another-time',
    mistake: 58,
    does: 'After a restart the log window is kept although instances between it and the log are missing.',
    loses: 'The replica offers what it cannot continue, and others try it again and again.',
    file: 'kvserver/src/storage/log-window/log-window.ts',
    right: ' && min <= this.#next) return;',
    wrong: ') return;',
    caughtBy: [
      byTest(
        'unit/kvserver/storage/log-window/log-window',
        'is dropped if there is a gap to the log in memory',
      ),
    ],
  },
  {
    id: 'log-window-trimmed-under-transfer',
    mistake: 31,
    does: 'The log window deletes what is old although a transfer is about to read it.',
    loses: 'A receiver starts over with a whole state, again and again.',
    file: 'kvserver/src/storage/log-window/log-window.ts',
    right: 'writtenMs < oldestMs && next <= keepFrom',
    wrong: 'writtenMs < oldestMs',
    caughtBy: [
      byTest(
        'unit/kvserver/storage/log-window/log-window',
        'drops what is too old, but not what a transfer is about to read',
      ),
    ],
  },
  {
    id: 'log-pages-continue-at-start',
    mistake: 31,
    does: 'After a lost page the log is asked for from where the transfer began.',
    loses: 'A long absence is never made up for over a network that loses messages.',
    file: 'kvserver/src/replica/catch-up/log-fetch.ts',
    right: 'const { from, transfer, next: seq, received } = run;',
    wrong: 'const { from, transfer, first: seq, received } = run;',
    caughtBy: [
      byTest(
        'unit/kvserver/replica/catch-up/log-fetch',
        'asks once more from the first instance that it lacks if a page was lost',
      ),
    ],
  },
  {
    id: 'log-page-out-of-place',
    mistake: 58,
    does: 'A page of the log that arrives before an earlier one is taken at once.',
    loses: 'The instances of the earlier page are skipped, and the replica stalls.',
    file: 'kvserver/src/replica/catch-up/log-fetch.ts',
    right: '    run.early.set(page.seq, page);\n',
    wrong: '    run.early.set(run.next, page);\n',
    caughtBy: [
      byTest(
        'unit/kvserver/replica/catch-up/log-fetch',
        'takes what arrives repeated or out of order once, and in order',
      ),
    ],
  },
  {
    id: 'state-taken-although-log-is-there',
    mistake: 31,
    does: 'A replica takes a whole state as soon as the first one says that it lacks the log.',
    loses: 'Whole states are moved where a few pages of the log would do.',
    file: 'kvserver/src/replica/catch-up/log-search.ts',
    right: 'const isOver = answers.size === others.length || round >= roundCountMax;',
    wrong: 'const isOver = true;',
    caughtBy: [
      byTest(
        'unit/kvserver/replica/catch-up/log-search',
        'asks those that do not answer again before it concludes that nobody has it',
      ),
    ],
  },
  {
    id: 'log-sent-without-credit',
    mistake: 45,
    does: 'A source sends the log without regard to what the receiver has applied.',
    loses: 'The queues on both sides grow with the length of an absence.',
    file: 'kvserver/src/replica/catch-up/log-source.ts',
    right: '([, { sent, credit }]) => sent < credit',
    wrong: '() => true',
    caughtBy: [
      byTest(
        'unit/kvserver/replica/catch-up/log-source',
        'sends no more than the credit and one page',
      ),
    ],
  },
  {
    id: 'state-resumed-at-wrong-key',
    mistake: 33,
    does: 'A transfer of a state that goes back repeats the last row that arrived.',
    loses: 'The receiver counts more rows than there are and never accepts a state.',
    file: 'kvserver/src/storage/state/state-export.ts',
    right: '{ snapshot, gt: key }',
    wrong: '{ snapshot, gte: key }',
    caughtBy: [
      byTest(
        'unit/kvserver/replica/catch-up/state-source',
        'goes back to a key within the same snapshot',
      ),
    ],
  },
  {
    id: 'lost-state-serves',
    mistake: 20,
    does: 'A replica that lost its state serves until it has found out where to take one from.',
    loses: 'Reads of its own state return nothing for keys that were written.',
    file: 'kvserver/src/replica/catch-up/catch-up.ts',
    right: 'return this.#isRepairing || state.applied + 1 < paxos.min();',
    wrong: 'return this.#isRepairing || state.applied + 1 < paxos.min() - 1e9;',
    caughtBy: [
      byTest(
        'unit/kvserver/replica/catch-up/state-repair',
        'reads nothing from a state that was lost, from the first moment on',
      ),
    ],
  },
];
