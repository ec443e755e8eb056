/** Mistakes of the journal: what is not flushed, and what passes for a record or for the end. */
import { byTest, type Mutant } from '../mutant.ts';

const crash = 'unit/kvserver/storage/journal/segmented-log-crash';
const damage = 'unit/kvserver/storage/journal/segmented-log-damage';
const journal = 'unit/kvserver/storage/journal/journal';
const lives = 'unit/kvserver/storage/journal/journal-processes';
const remembers =
  'remembers what was acknowledged, wherever processes end, calls fail and power is cut';
const size = 'unit/kvserver/storage/journal/journal-size';
const anyBit = 'is refused or harmless for any bit of any file flipped, but for the last record';
const everyByte =
  'at every byte of every write: acknowledged records are there, the last one wholly or not at all';

export const journalMutants: readonly Mutant[] = [
  {
    id: 'journal-not-flushed',
    mistake: 2,
    does: 'The log opens its files without a flush on each write.',
    loses: 'A power loss takes votes that were spoken of.',
    file: 'kvserver/src/storage/journal/node-segment-files.ts',
    right: '(isDurableWhenWritten ? constants.O_DSYNC : 0)',
    wrong: '(isDurableWhenWritten ? 0 : 0)',
    caughtBy: [
      byTest(
        'unit/kvserver/storage/journal/node-segment-files',
        'are durable as soon as they are written',
      ),
    ],
  },
  {
    id: 'damage-ends-journal',
    mistake: 38,
    does: 'A damaged record ends the log, whatever lies behind it.',
    loses: 'All votes behind it are forgotten without a word.',
    file: 'kvserver/src/storage/journal/record-reader.ts',
    right: '  if (later === undefined) return;',
    wrong: "  if (later?.type !== 'none') return;",
    caughtBy: [byTest(damage, anyBit)],
  },
  {
    id: 'segment-end-not-checked',
    mistake: 38,
    does: 'A segment may end before the next one begins.',
    loses: 'The votes between them are forgotten without a word.',
    file: 'kvserver/src/storage/journal/record-reader.ts',
    right: 'if (end !== undefined && last !== undefined) expectFollows(segment, end, last);',
    wrong: '',
    caughtBy: [byTest(damage, anyBit)],
  },
  {
    id: 'chain-not-checked',
    mistake: 38,
    does: 'No fragment is checked against the one before it.',
    loses: 'A segment from another past passes for the present one.',
    file: 'kvserver/src/storage/journal/segment-reader.ts',
    right: '|| header.previous !== expected.previous',
    wrong: '',
    caughtBy: [byTest(damage, 'refuses a record from another past of its own')],
  },
  {
    id: 'stale-fragments-read',
    mistake: 38,
    does: 'Behind the end any intact fragment counts, also one of a former use of the file.',
    loses: 'A healthy journal is called damaged.',
    file: 'kvserver/src/storage/journal/segment-reader.ts',
    right: 'const found = candidateIn(bytes, wanted);',
    wrong: 'const found = wanted.sequence > 0 ? 0 : candidateIn(bytes, wanted);',
    caughtBy: [
      byTest(
        'unit/kvserver/storage/journal/segmented-log',
        'takes no stale bytes of a segment used again for records, wherever the new ones end',
      ),
    ],
  },
  {
    id: 'damaged-header-is-spare',
    mistake: 38,
    does: 'A segment whose header is damaged passes for a spare.',
    loses: 'All votes in it are forgotten without a word.',
    file: 'kvserver/src/storage/journal/log-files.ts',
    right: '  if (fragment?.sequence === sequence) {',
    wrong: '  if (fragment?.sequence === 0) {',
    caughtBy: [byTest(damage, anyBit)],
  },
  {
    id: 'damaged-spare-trusted',
    mistake: 38,
    does: 'A segment of which nothing can be read passes for a spare, also behind a full one.',
    loses: 'All votes in it are forgotten without a word.',
    file: 'kvserver/src/storage/journal/segmented-log.ts',
    right: '        expectNotBegun(spares, last, read.end);\n',
    wrong: '',
    caughtBy: [
      byTest(damage, 'takes no damaged header for a spare once the segment before it is full'),
    ],
  },
  {
    id: 'segments-not-chained',
    mistake: 38,
    does: 'A segment may begin behind any record with the right index.',
    loses: 'A segment from another past passes for the present one.',
    file: 'kvserver/src/storage/journal/record-reader.ts',
    right: ' || segment.previous !== end.previous',
    wrong: '',
    caughtBy: [
      byTest(damage, 'refuses a segment from another past in which all records were as long'),
    ],
  },
  {
    id: 'copy-hides-its-write',
    mistake: 38,
    does: 'A copy of live votes replaces the write that it was made of, before its checkpoint is there.',
    loses: 'A crash takes promises for the whole log.',
    file: 'kvserver/src/storage/journal/remembered-writes.ts',
    right: 'if (index < checkpoint.from || byIndex.has(group.writeIndex)) continue;',
    wrong: 'if (index < checkpoint.from) continue;',
    caughtBy: [
      byTest(
        'unit/kvserver/storage/journal/journal-crash',
        'between copies of live votes and their checkpoint: what else their writes said is there',
      ),
    ],
  },
  {
    id: 'dropped-before-checkpoint',
    mistake: 38,
    does: 'Segments go before the checkpoint that says what they held.',
    loses: 'A crash in between leaves a journal that begins too late.',
    file: 'kvserver/src/storage/journal/checkpointer.ts',
    right: '    const checkpoint = this.#memory',
    wrong: '    this.#log.dropBefore(next);\n    const checkpoint = this.#memory',
    caughtBy: [byTest(lives, remembers)],
  },
  {
    id: 'segment-header-not-awaited',
    mistake: 2,
    does: 'Records follow the header of their segment before it is durable.',
    loses: 'A power loss leaves records in a segment that counts as a spare.',
    file: 'kvserver/src/storage/journal/log-writer.ts',
    right: '      await file.write([encodeHeader(header)], 0);',
    wrong: '      void file.write([encodeHeader(header)], 0);',
    caughtBy: [byTest(lives, remembers)],
  },
  {
    id: 'segment-names-not-flushed',
    mistake: 2,
    does: 'The name of a new segment is not made durable.',
    loses: 'A power loss takes a segment with all votes in it.',
    file: 'kvserver/src/storage/journal/node-segment-files.ts',
    right: '    await syncDirectory(this.#directory);',
    wrong: '',
    caughtBy: [
      byTest(
        'faults/disk/journal-flushes',
        'include the name of each segment, before anything is written into it',
      ),
    ],
  },
  {
    id: 'gap-ends-journal',
    mistake: 38,
    does: 'A segment in the middle may be missing if the next one follows by name.',
    loses: 'As before.',
    file: 'kvserver/src/storage/journal/log-files.ts',
    right: '  expectNoGap(begun);',
    wrong: '',
    caughtBy: [byTest(damage, 'names a segment that is missing between others')],
  },
  {
    id: 'front-may-be-missing',
    mistake: 38,
    does: 'A journal may begin behind what its last checkpoint needs.',
    loses: 'The oldest live votes are forgotten without a word.',
    file: 'kvserver/src/storage/journal/journal-log.ts',
    right: '  if (log.firstIndex <= checkpoint.from) return;',
    wrong: '  if (log.firstIndex > 0 || checkpoint.from > 0) return;',
    caughtBy: [
      byTest(size, 'names the first segment when what the last checkpoint needs is missing'),
    ],
  },
  {
    id: 'lost-tail-unnoticed',
    mistake: 38,
    does: 'A journal may be shorter than it once was.',
    loses: 'The last votes are forgotten without a word.',
    file: 'kvserver/src/storage/journal/journal-log.ts',
    right: '  if (memory.writeIndex >= owner.writeIndexReached) return;',
    wrong: '  if (memory.writeIndex >= 0) return;',
    caughtBy: [byTest(journal, 'detects a tail lost since its owner last saved its length')],
  },
  {
    id: 'renamed-before-blanked',
    mistake: 38,
    does: 'A segment to be used again gets its new name before its new header.',
    loses: 'A crash in between leaves a journal that nobody can read.',
    file: 'kvserver/src/storage/journal/spares.ts',
    right: `    await this.#blank(file, sequence);
    await files.rename(segmentName(former), segmentName(sequence));`,
    wrong: `    await files.rename(segmentName(former), segmentName(sequence));
    await this.#blank(file, sequence);`,
    caughtBy: [byTest(crash, everyByte)],
  },
  {
    id: 'live-writes-dropped',
    mistake: 38,
    does: 'Segments go though there are live writes in them.',
    loses: 'Votes that are not forgotten.',
    file: 'kvserver/src/storage/journal/checkpointer.ts',
    right: 'if (this.#memory.live.bytesIn(last) > 0) await this.#move(last);',
    wrong: '',
    caughtBy: [byTest(size, 'moves the one write that is alive, and drops all around it')],
  },
  {
    id: 'moved-writes-last',
    mistake: 38,
    does: 'A write that was moved is given back after later ones.',
    loses: 'An older vote replaces a newer one.',
    file: 'kvserver/src/storage/journal/remembered-writes.ts',
    right: 'for (const [, group] of [...byIndex].sort(([a], [b]) => a - b))',
    wrong: 'for (const [, group] of byIndex)',
    caughtBy: [byTest(size, 'returns a moved write before later ones about the same instance')],
  },
  {
    id: 'tail-not-made-sure-of',
    mistake: 2,
    does: 'The end of a log that was read counts as durable.',
    loses: 'A power loss takes what only the page cache had, after others heard of it.',
    file: 'kvserver/src/storage/journal/segmented-log.ts',
    right: '    await rewriteTail(this.#segments, lastRecord, end);',
    wrong: '',
    caughtBy: [
      byTest(
        'unit/kvserver/storage/journal/segmented-log',
        'modifies nothing until it is started, and writes its last record again then',
      ),
    ],
  },
  {
    id: 'log-write-error-forgotten',
    mistake: 40,
    does: 'After a failed write the log takes the next one.',
    loses: 'It builds on a record that may not be there.',
    file: 'kvserver/src/storage/journal/log-writer.ts',
    right: "    assert(!this.#isBusy, 'one append at a time, and none after one that failed');",
    wrong: '',
    caughtBy: [
      byTest(
        'unit/kvserver/storage/journal/segmented-log',
        'takes no append after one that failed',
      ),
    ],
  },
  {
    id: 'newer-journal-read',
    mistake: 55,
    does: 'A segment of a newer format is called damaged instead of newer.',
    loses: 'An operator restores a healthy node from backup.',
    file: 'kvserver/src/storage/journal/segment-header.ts',
    right: 'format > walFormat && !isOurs',
    wrong: 'format < walFormat && !isOurs',
    caughtBy: [
      byTest(damage, 'refuses a format that it does not know, and tells it from a flipped bit'),
    ],
  },
  {
    id: 'foreign-segment-read',
    mistake: 54,
    does: "A node takes another node's segment for its own.",
    loses: 'It speaks with the votes of another.',
    file: 'kvserver/src/storage/journal/log-files.ts',
    right: '  if (header.owner !== owner.name) {',
    wrong: "  if (header.owner === '') {",
    caughtBy: [byTest(damage, 'refuses a segment of another owner')],
  },
  {
    id: 'vote-not-marked',
    mistake: 37,
    does: 'A node does not mark outside its journal that it has voted.',
    loses: 'With its journal wiped it passes for a new node, and votes for a second value.',
    file: 'kvserver/src/storage/journal/journal.ts',
    right: 'if (!owner.hasVoted && this.writeIndex > 0) await owner.markVoted();',
    wrong: '',
    caughtBy: [
      byTest(journal, 'marks its owner before any record but the first is written, and once'),
    ],
  },
  {
    id: 'lost-journal-is-new',
    mistake: 37,
    does: 'A node whose journal was set aside takes itself for a new one.',
    loses: 'With all the others new to it, it votes at once.',
    file: 'kvserver/src/storage/journal/journal.ts',
    right: "owner.hasVoted ? 'lost' : 'new'",
    wrong: "owner.hasVoted ? 'new' : 'new'",
    caughtBy: [
      byTest(
        'unit/kvserver/storage/data-directory',
        'has lost its memory, and keeps its state, once its journal was set aside',
      ),
    ],
  },
  {
    id: 'write-error-forgotten',
    mistake: 40,
    does: 'After a failed write the journal takes the next one on the same handle.',
    loses: 'It builds on a record that may not be there.',
    file: 'kvserver/src/storage/journal/journal.ts',
    right: `      this.#failure ??= writeFailed(\`record \${group.writeIndex}\`, cause);
      throw this.#failure;`,
    wrong: `      throw writeFailed(\`record \${group.writeIndex}\`, cause);`,
    caughtBy: [byTest(journal, 'rejects every write after one that failed, until it is reopened')],
  },
  {
    id: 'vanished-journal-is-new',
    mistake: 37,
    does: 'A journal that has vanished is made anew, though the identity tells how far it went.',
    loses: 'The loss goes unnoticed where it happens.',
    file: 'kvserver/src/storage/journal/journal-log.ts',
    right: "type === 'absent' ? owner.writeIndexReached === 0 : !owner.hasVoted",
    wrong: "type === 'absent' || !owner.hasVoted",
    caughtBy: [
      byTest(
        'unit/kvserver/storage/data-directory',
        'reports lost memory when the journal of a node that voted is gone (C4)',
      ),
    ],
  },
  {
    id: 'older-journal-ignored',
    mistake: 55,
    does: 'A journal is made beside that of an older version.',
    loses: 'The node votes again where it has voted.',
    file: 'kvserver/src/storage/journal/journal.ts',
    right: '      await expectNoOlderJournal(directory);\n',
    wrong: '',
    caughtBy: [
      byTest(
        'unit/kvserver/storage/data-directory',
        'refuses the journal of an older version, says how to migrate, and modifies nothing',
      ),
    ],
  },
];
