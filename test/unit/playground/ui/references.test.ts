import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { references, ruleLink, sourceLink } from '@paxkv/playground/internal/ui/references';
import { expect } from 'chai';

const root = join(import.meta.dirname, '../../../../..');

describe('the references of the page', () => {
  it('are to headings of docs/protocol.md and to sources that exist', () => {
    const protocol = readFileSync(join(root, 'docs/protocol.md'), 'utf8');
    for (const { heading, source } of references) {
      expect(protocol, heading).to.contain(`\n## ${heading}\n`);
      expect(existsSync(join(root, source)), source).to.equal(true);
    }
  });

  it('lead to a declaration that stands once in its source', () => {
    for (const { source, declaration } of references) {
      const parts = readFileSync(join(root, source), 'utf8').split(declaration);
      expect(parts, `${source}: ${declaration}`).to.have.length(2);
    }
  });

  it('link to the copies beside the page', () => {
    const [reference] = references;
    if (reference === undefined) throw new Error('there are no references');
    expect(ruleLink(reference)).to.match(/^docs\/protocol\.md\.txt#:~:text=/);
    expect(sourceLink(reference)).to.match(/^packages\/paxos\/src\/.+\.ts\.txt#:~:text=/);
  });
});
