import { mkdtempSync, rmSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { beginResult, readResults } from './result-file.ts';

describe('Result files', () => {
  it('hold what a runner found, the commit and the machine, and are read in the order of their names', () => {
    const folder = mkdtempSync(join(tmpdir(), 'paxkv-evidence-'));
    try {
      const write = beginResult();
      const body = { kind: 'fuzz', target: 'http', inputCount: 5 } as const;
      write(join(folder, 'new', 'b.json'), true, body);
      write(join(folder, 'new', 'a.json'), false, { ...body, target: 'stream' });
      write(undefined, true, body);
      const results = readResults(join(folder, 'new'));
      expect(results.map(({ hasPassed }) => hasPassed)).to.deep.equal([false, true]);
      expect(results[1]).to.include({ kind: 'fuzz', target: 'http', inputCount: 5 });
      expect(results[1]?.commit).to.match(/^(?:[0-9a-f]{7,}|unknown)\+?$/);
      expect(results[1]?.machine.node).to.equal(process.version);
      const text = JSON.stringify(results);
      expect(text).to.not.contain(folder);
      if (hostname().length > 4) expect(text).to.not.contain(hostname());
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
