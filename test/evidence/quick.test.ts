import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { quickRuns } from './quick.ts';

describe('The quick runs', () => {
  it('name programs that exist, and a file each', () => {
    for (const { program } of quickRuns) {
      expect(existsSync(join(import.meta.dirname, '..', program)), program).to.equal(true);
    }
    expect(new Set(quickRuns.map(({ name }) => name)).size).to.equal(quickRuns.length);
  });
});
