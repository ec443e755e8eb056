import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { addEntry, commitName, tellEntries, toEntry } from './seed-ledger.ts';
import { Totals } from './totals.ts';

describe('The ledger of seeds', () => {
  it('keeps earlier entries, and adds up', () => {
    const folder = mkdtempSync(join(tmpdir(), 'paxkv-ledger-'));
    try {
      const totals = new Totals();
      const result = { counters: {}, simulatedMs: 1_800_000, operationCount: 40, faultCount: 7 };
      totals.add({ seed: 1, ...result });
      totals.add({ seed: 2, ...result, failure: { invariant: 'x', message: 'y', atMs: 0 } });
      const file = join(folder, 'ledger.json');
      addEntry(file, toEntry(totals, { firstSeed: 1, commit: 'abc' }));
      const entries = addEntry(file, toEntry(totals, { firstSeed: 3, commit: 'abc' }));
      expect(entries.map(({ firstSeed, failedSeeds }) => [firstSeed, failedSeeds])).to.deep.equal([
        [1, [2]],
        [3, [2]],
      ]);
      expect(tellEntries(entries)).to.equal(
        'Ledger: 4 seeds, 2.0 simulated hours, 160 calls, 2 failed',
      );
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('knows the commit that it runs, or says that it does not', () => {
    expect(commitName(import.meta.dirname)).to.match(/^(?:[0-9a-f]{7,}|unknown)\+?$/);
    expect(commitName(tmpdir())).to.equal('unknown');
  });
});
