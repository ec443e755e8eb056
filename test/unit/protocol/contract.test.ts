import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { errorCodes } from '@paxkv/protocol';
import { expect } from 'chai';

describe('errorCodes', () => {
  it("are all in the README's table, with their outcomes and in their order", async () => {
    const door = createRequire(import.meta.url).resolve('@paxkv/client');
    const readme = await readFile(new URL('../README.md', `file://${door}`), 'utf8');
    const rows = [...readme.matchAll(/^\| `(KV_\w+)` +\| ([a-z ]+?) +\|/gm)];
    const expected = Object.entries(errorCodes).map(([code, { outcome }]) => [code, outcome]);
    expect(rows.map(([, code, outcome]) => [code, outcome])).to.deep.equal(expected);
  });
});
