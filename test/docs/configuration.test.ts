import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { readConfigFile } from 'paxkv/internal/settings/config-file';
import { serveSettings } from 'paxkv/internal/settings/table';
import { blocksOf, readPage } from './pages.ts';
import { settingsPage, settingsTable, tableIn } from './settings-table.ts';

describe(settingsPage, () => {
  it('has the settings of the code: node test/dist/docs/write-settings-table.js', async () => {
    expect(tableIn(await readPage(settingsPage))).to.equal(settingsTable());
  });

  it('shows files that the server takes', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'paxkv-docs-'));
    try {
      const examples = blocksOf(await readPage(settingsPage), 'yaml');
      expect(examples).to.have.length.above(0);
      for (const example of examples) {
        const path = join(directory, 'paxkv.yaml');
        await writeFile(path, example);
        expect((await readConfigFile(path, serveSettings)).size).to.be.above(2);
      }
    } finally {
      await rm(directory, { recursive: true });
    }
  });
});
