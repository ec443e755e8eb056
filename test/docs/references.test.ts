/** Checks that the documents about the protocol name code, tests and lessons that exist. */

import { lessons } from '@paxkv/playground/internal/lessons/lessons';
import { expect } from 'chai';
import { readPage, rowsOf, sectionOf } from './pages.ts';
import { definitionsOf, faultOf, referencesIn } from './references.ts';

/** The numbers of the numbered steps in a section. */
function stepsIn(section: string): string[] {
  return [...section.matchAll(/^(\d+)\. /gm)].map(([, number = '']) => number);
}

for (const page of ['docs/protocol.md', 'docs/from-paper-to-code.md']) {
  describe(page, () => {
    it('names sources, symbols, test titles and lessons that exist', async () => {
      const definitions = await definitionsOf(page);
      const references = referencesIn(await readPage(page));
      expect(references).to.have.length.above(100);
      const faults = await Promise.all(references.map((one) => faultOf(one, definitions)));
      expect(faults.filter((fault) => fault !== undefined)).to.deep.equal([]);
    });

    it('defines no link that it does not use', async () => {
      const used = new Set(referencesIn(await readPage(page)).map(({ label }) => label));
      const unused = [...(await definitionsOf(page)).keys()].filter((label) => !used.has(label));
      expect(unused).to.deep.equal([]);
    });
  });
}

describe('the steps of docs/protocol.md', () => {
  it('each have a source and a test', async () => {
    const text = await readPage('docs/protocol.md');
    const headings = [...text.matchAll(/^## .+$/gm)].map(([heading]) => heading);
    const sections = headings.map((heading) => ({ heading, section: sectionOf(text, heading) }));
    const numbered = sections.filter(({ section }) => stepsIn(section).length > 0);
    expect(numbered).to.have.length.above(8);
    for (const { heading, section } of numbered) {
      const table = section.slice(section.indexOf('| Step |'));
      const rows = rowsOf(table);
      expect(
        rows.map(([step]) => step),
        heading,
      ).to.deep.equal(stepsIn(section));
      for (const [step = '', code = '', test = ''] of rows) {
        expect(referencesIn(code), `${heading} ${step}: code`).to.have.length.above(0);
        expect(referencesIn(test), `${heading} ${step}: test`).to.have.length.above(0);
      }
    }
  });
});

describe('docs/from-paper-to-code.md, and docs/protocol.md', () => {
  it('name every lesson of the playground between them', async () => {
    const pages = await Promise.all(
      ['docs/protocol.md', 'docs/from-paper-to-code.md'].map(readPage),
    );
    const named = new Set(referencesIn(pages.join('\n')).map(({ label }) => label));
    const missing = lessons.map(({ id }) => id).filter((id) => !named.has(id));
    expect(missing).to.deep.equal([]);
  });
});
