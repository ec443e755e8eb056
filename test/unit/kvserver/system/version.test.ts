import { readFile } from 'node:fs/promises';
import { version } from '@paxkv/kvserver/internal/system/version';
import { expect } from 'chai';

describe('version', () => {
  it('is the version that all packages of the workspace share', async () => {
    const root = new URL('../../../../../package.json', import.meta.url);
    const content: unknown = JSON.parse(await readFile(root, 'utf8'));
    expect(content).to.include({ version });
  });
});
