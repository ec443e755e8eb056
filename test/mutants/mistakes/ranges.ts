/** Mistakes of scans, counts and deletions of ranges. */
import { byTest, type Mutant } from '../mutant.ts';

const ranges = 'kvserver/src/state-machine/store/ranges';
const contract = 'unit/kvserver/state-machine/ranges-contract';
const earlier = 'unit/kvserver/state-machine/earlier-revisions';
const inOrder =
  'have the entries of the model in order, page by page, and lose what deleteRange removes';
const atOneRevision =
  'are shown as they were at one revision, whatever is applied and written meanwhile';

export const rangeMutants: readonly Mutant[] = [
  {
    id: 'older-row-shown-too',
    mistake: 50,
    does: 'A row of the database is shown beside the newer entry that is not written yet.',
    loses: 'A page has a key twice, or one that was deleted.',
    file: `${ranges}/merge.ts`,
    right: '      if (difference === 0) return true;\n',
    wrong: '',
    caughtBy: [
      byTest(
        'unit/kvserver/state-machine/store/ranges/merge',
        'has each present key once in order, and an undurable entry in place of its row',
      ),
    ],
  },
  {
    id: 'undurable-entries-cut-off',
    mistake: 50,
    does: 'A page covers a range of which it has only the first undurable entries.',
    loses: 'A scan lacks writes that were acknowledged.',
    file: `${ranges}/range-reader.ts`,
    right: 'store.openRange(covered, how.hasValues)',
    wrong: 'store.openRange(range, how.hasValues)',
    caughtBy: [
      byTest(
        contract,
        'are read in parts if much of them is undurable, which only makes pages shorter',
      ),
    ],
  },
  {
    id: 'later-changes-in-earlier-pages',
    mistake: 50,
    does: 'A page as of a revision has what is not written yet, and was changed after that revision.',
    loses: 'The pages of a scan show several moments as if they were one.',
    file: `${ranges}/range-reader.ts`,
    right: '  for (const slot of undurable) if (!earlier.has(slot.name)) yield slot;\n',
    wrong: '  for (const slot of undurable) yield slot;\n',
    caughtBy: [byTest(earlier, 'are what they were, wherever entries are, or are compacted')],
  },
  {
    id: 'earlier-page-without-its-changes',
    mistake: 50,
    does: 'A page as of a revision is shown though later changes are not in memory any more.',
    loses: 'It has entries of later revisions.',
    file: 'kvserver/src/state-machine/store/changes/recent-changes.ts',
    right: '    if (revision < this.#since) return undefined;\n',
    wrong: '',
    caughtBy: [byTest(earlier, 'are what they were, wherever entries are, or are compacted')],
  },
  {
    id: 'pages-of-several-revisions',
    mistake: 50,
    does: 'The later pages of a scan show the present revision.',
    loses: 'A scan sees one write, and not another that came before it.',
    file: 'client/src/range/scan.ts',
    right: '      if (isPinned) asOf = revision;\n',
    wrong: '',
    caughtBy: [
      byTest(
        'unit/client/range/scan',
        'are shown at one revision by all pages, whatever is written meanwhile',
      ),
    ],
  },
  {
    id: 'undurable-entries-not-read',
    mistake: 50,
    does: 'A range is read from the database alone.',
    loses: 'A scan lacks what was acknowledged lately, and a deleteRange leaves it.',
    file: `${ranges}/range-reader.ts`,
    right: 'overlaid(undurable(), how.earlier)',
    wrong: 'overlaid(undurable() && [], how.earlier)',
    caughtBy: [byTest(contract, inOrder)],
  },
  {
    id: 'page-of-two-moments',
    mistake: 50,
    does: 'A page shows undurable entries as they are when it comes to them.',
    loses: 'It has a later write and lacks an earlier one.',
    file: `${ranges}/undurable.ts`,
    right: '({ slot, entry: slot.entry })',
    wrong: '({ slot, get entry() { return slot.entry; } })',
    caughtBy: [
      byTest(contract, atOneRevision),
      byTest(
        'unit/kvserver/state-machine/store/ranges/undurable',
        'keep the entry that they had, while the slot changes',
      ),
    ],
  },
  {
    id: 'page-revision-read-late',
    mistake: 50,
    does: 'The revision of a page is read when others may have written since.',
    loses: 'A page lacks writes of its revision: a client that relies on it overwrites them.',
    file: `${ranges}/range-reader.ts`,
    right:
      '    return this.#open(range, { hasValues, earlier: noneEarlier, shown: this.#source.revision() });',
    wrong:
      '    const opened = this.#open(range, { hasValues, earlier: noneEarlier, shown: 0 });\n' +
      '    await Promise.resolve();\n' +
      '    return { ...opened, revision: this.#source.revision() };',
    caughtBy: [byTest(contract, atOneRevision)],
  },
  {
    id: 'deleted-keys-counted',
    mistake: 50,
    does: 'A key that was deleted and is not written yet is in its range.',
    loses: 'It is counted.',
    file: `${ranges}/merge.ts`,
    right: 'if (slot === undefined || entry === undefined) return;',
    wrong: 'if (slot === undefined) return;',
    caughtBy: [byTest(contract, atOneRevision)],
  },
  {
    id: 'second-slot-of-a-key',
    mistake: 50,
    does: 'A deleteRange removes keys by slots of its own.',
    loses: 'Memory still has what was deleted.',
    file: `${ranges}/removable-slots.ts`,
    right: 'cache.find(key.name) ?? key.slot()',
    wrong: 'cache && key.slot()',
    caughtBy: [byTest(contract, inOrder)],
  },
  {
    id: 'auth-table-in-ranges',
    mistake: 68,
    does: 'A range without bounds includes the empty key.',
    loses: 'Clients read and delete the auth table.',
    file: 'protocol/src/key-range.ts',
    right: 'const lowestKey = Uint8Array.of(0);',
    wrong: 'const lowestKey = new Uint8Array();',
    caughtBy: [
      byTest('unit/protocol/key-range', 'never has the empty key, which no client can name'),
    ],
  },
  {
    id: 'range-beyond-its-right',
    mistake: 68,
    does: 'A right for the first key of a range is one for all of it.',
    loses: 'A user reads keys of others.',
    file: 'kvserver/src/state-machine/auth/rights.ts',
    right: 'return isBelow && isPrefix(prefix, first);',
    wrong: 'return (isBelow || true) && isPrefix(prefix, first);',
    caughtBy: [
      byTest(
        'unit/kvserver/state-machine/auth/rights',
        'hold for a range if one prefix covers all of it',
      ),
    ],
  },
  {
    id: 'instance-written-in-part',
    mistake: 27,
    does: 'The state is written while an instance waits for the range that it removes.',
    loses: 'After a crash the first requests of the instance take effect twice.',
    file: 'kvserver/src/state-machine/state-machine.ts',
    right:
      '    while (this.#instances.unfinished !== undefined) await this.#instances.unfinished;\n',
    wrong: '',
    caughtBy: [byTest(contract, 'are removed within an instance that is never written in part')],
  },
  {
    id: 'range-table-not-verified',
    mistake: 59,
    does: 'A range is read from tables that were not verified since the start.',
    loses: 'A damaged block returns older rows, or none, without an error.',
    file: 'kvserver/src/storage/state/state-database.ts',
    right: '      await this.#options.tables?.expectIntactWithin(dataRange(range));\n',
    wrong: '      dataRange(range);\n',
    caughtBy: [
      byTest(
        'unit/kvserver/storage/state/state-database-damage',
        'of a table is found before a row is read from it',
      ),
    ],
  },
];
