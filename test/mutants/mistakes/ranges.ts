/** Mistakes of scans, counts and deletions of ranges. */
import { byTest, type Mutant } from '../mutant.ts';

const ranges = 'kvserver/src/state-machine/store/ranges';
const contract = 'unit/kvserver/state-machine/ranges-contract';

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
    right: 'store.openRange(covered, hasValues)',
    wrong: 'store.openRange(range, hasValues)',
    caughtBy: [
      byTest(
        contract,
        'are read in parts if much of them is undurable, which only makes pages shorter',
      ),
    ],
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
    caughtBy: [
      byTest(contract, 'are removed within an instance that is never written in part'),
      byTest(
        'unit/kvserver/state-machine/state-machine-contract',
        'has the replies and the state of the model, however the log is cut and restarted',
      ),
    ],
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
