/** Rules about the words of the sources and the documents. */
import { expect } from 'chai';
import { findFiles, readPage } from './docs/pages.ts';
import { bannedCommentOpening, bannedOpening, bannedWords, toWords } from './tidy/banned-words.ts';
import { readSources } from './tidy/source-tree.ts';

interface Text {
  readonly path: string;
  readonly text: string;
}

/** The list names the words that it bans. */
const ownFile = 'test/tidy/banned-words.ts';

describe('the words', () => {
  let sources: Text[];
  let pages: Text[];

  before(async () => {
    sources = ['packages', 'test', 'bench', 'examples']
      .flatMap(readSources)
      .filter(({ path }) => path !== ownFile);
    const paths = await findFiles('.md');
    pages = await Promise.all(paths.map(async (path) => ({ path, text: await readPage(path) })));
  });

  it('of sources and documents are those of the glossary', () => {
    const any = new RegExp(bannedWords.map(({ pattern }) => `(?:${pattern.source})`).join('|'));
    const suspects = [...sources, ...pages].filter(({ text }) => any.test(toWords(text)));
    const found = linesOf(suspects).flatMap(({ at, line }) => {
      const words = toWords(line);
      const banned = bannedWords.filter(({ pattern }) => pattern.test(words));
      return banned.map(({ use }) => `${at}: ${line.trim()} → ${use}`);
    });
    expect(found).to.deep.equal([]);
  });

  it('at the start of a sentence of the documents are its subject', () => {
    const found = linesOf(pages).filter(({ line }) => bannedOpening.test(line));
    expect(found.map(({ at, line }) => `${at}: ${line}`)).to.deep.equal([]);
  });

  it('at the start of comments are their subject', () => {
    const found = linesOf(sources).filter(({ line }) => bannedCommentOpening.test(line));
    expect(found.map(({ at, line }) => `${at}: ${line.trim()}`)).to.deep.equal([]);
  });

  it('are found within identifiers', () => {
    expect(toWords('const isLogGap = log-gap')).to.equal('const is log gap = log gap');
  });
});

function linesOf(texts: readonly Text[]): { at: string; line: string }[] {
  return texts.flatMap(({ path, text }) =>
    text.split('\n').map((line, index) => ({ at: `${path}:${index + 1}`, line })),
  );
}
