import { attacks } from '@paxkv/playground/internal/mutants/attacks';
import { en } from '@paxkv/playground/internal/text/en';
import { messageTexts } from '@paxkv/playground/internal/text/messages';
import { mutantTextsZh } from '@paxkv/playground/internal/text/mutant-texts';
import { isLanguage, languages } from '@paxkv/playground/internal/text/words';
import { zh } from '@paxkv/playground/internal/text/zh';
import { expect } from 'chai';

/** All texts within, at whatever depth. */
function leaves(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return Object.values(value ?? {}).flatMap(leaves);
}

describe('the texts', () => {
  it('are there in every language', () => {
    expect(leaves(zh)).to.have.length(leaves(en).length);
    for (const text of [...leaves(en), ...leaves(zh), ...leaves(messageTexts)]) {
      expect(text).to.not.equal('');
    }
    expect(languages.every(isLanguage)).to.equal(true);
    expect(isLanguage('xx')).to.equal(false);
  });

  it('in Chinese are Chinese', () => {
    const own = Object.values(messageTexts).map((text) => text.zh);
    for (const text of [...leaves(zh), ...own]) expect(text).to.match(/\p{Script=Han}/u);
  });

  it('tell of every mistake that the page builds in', () => {
    expect(Object.keys(mutantTextsZh)).to.include.members(attacks.map(({ mutant }) => mutant));
  });
});
