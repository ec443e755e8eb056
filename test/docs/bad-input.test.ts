/** The catalogue of bad input in docs/security.md: every row names a test that exists, or says why there is none. */
import { readFile } from 'node:fs/promises';
import { expect } from 'chai';
import { readPage } from './pages.ts';

const counts = { H: 45, S: 17, P: 20, C: 10 };

interface Row {
  readonly code: string;
  readonly verdict: string;
}

describe('The catalogue of bad input in docs/security.md', () => {
  let rows: readonly Row[];

  before(async () => {
    const text = await readPage('docs/security.md');
    rows = [...text.matchAll(/^\| ([HSPC]\d+) \| .* \| (.*) \|$/gm)].map(
      ([, code = '', verdict = '']) => ({ code, verdict }),
    );
  });

  it('has every row once', () => {
    const codes = Object.entries(counts).flatMap(([letter, count]) =>
      Array.from({ length: count }, (_, index) => `${letter}${index + 1}`),
    );
    expect(rows.map(({ code }) => code)).to.deep.equal(codes);
  });

  it('names a test that exists, or says why there is none', async () => {
    const wrong: string[] = [];
    for (const { code, verdict } of rows) {
      if (/^(?:does not apply|no test of its own): \S/.test(verdict)) continue;
      const [, path, title] = /^`([\w/.-]+\.test\.ts)`: `(.+)`$/.exec(verdict) ?? [];
      const url = new URL(`../../${path}`, import.meta.url);
      const text = path === undefined ? '' : await readFile(url, 'utf8').catch(() => '');
      if (title === undefined || !text.includes(title)) wrong.push(code);
    }
    expect(wrong).to.deep.equal([]);
  });
});
