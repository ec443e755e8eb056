import { consoleTexts } from '@paxkv/playground/internal/console/language-texts';
import { languages } from '@paxkv/playground/internal/text/words';
import { expect } from 'chai';

/** The paths of all texts below `value`. */
function pathsIn(value: object, path = ''): string[] {
  return Object.entries(value).flatMap(([name, each]) =>
    typeof each === 'object' ? pathsIn(each, `${path}${name}.`) : [`${path}${name}`],
  );
}

describe('the texts of the console', () => {
  it('are the same in all languages, and none is empty', () => {
    const [first = '', ...others] = languages.map((each) => pathsIn(consoleTexts(each)).join());
    expect(first).to.contain('findings.lost');
    for (const other of others) expect(other.split(',')).to.have.members(first.split(','));
    for (const language of languages) {
      expect(JSON.stringify(consoleTexts(language)), language).to.not.contain('""');
    }
  });

  for (const language of languages) {
    const { findings, elections, results } = consoleTexts(language);

    it(`give a reason where there is one, and are whole sentences without it: ${language}`, () => {
      const lost = { type: 'lost', node: 2 } as const;
      expect(findings.lost({ ...lost, reason: 'refused' })).to.match(/2.*refused[.。]$/);
      expect(findings.lost({ ...lost, reason: undefined })).to.match(/2.*[.。]$/);
      const failed = { type: 'notServing', state: 'failed' } as const;
      expect(findings.notServing({ ...failed, reason: 'no disk' })).to.match(/no disk[.。]$/);
    });

    it(`tell how far a server has come, with the total where it is known: ${language}`, () => {
      const catchUp = { tier: 'log', from: 2, received: 5, total: undefined } as const;
      expect(findings.catchingUp({ type: 'catchingUp', catchUp })).to.not.contain('undefined');
      const known = findings.catchingUp({ type: 'catchingUp', catchUp: { ...catchUp, total: 9 } });
      expect(known).to.match(/2.*5.*9/);
    });

    it(`say how many more servers may be lost, and what if none may: ${language}`, () => {
      const serves = { type: 'serves', leader: 0, reached: 3, nodeCount: 3 } as const;
      expect(findings.serves({ ...serves, spare: 1 })).to.contain('1');
      expect(findings.serves({ ...serves, spare: 0 })).to.not.equal(
        findings.serves({ ...serves, spare: 1 }),
      );
    });

    it(`name the leaders before and after, as far as they are known: ${language}`, () => {
      expect(elections.change(0, 2)).to.contain('0').and.contain('2');
      expect(elections.change(undefined, 2)).to.contain('2').and.not.contain('undefined');
      expect(elections.change(0, undefined)).to.contain('0').and.not.contain('undefined');
      expect(results.deleted({ type: 'deleted', revision: 5, existed: true })).to.contain('5');
    });
  }
});
