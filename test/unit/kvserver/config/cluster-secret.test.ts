import { parseSecrets, secretProblem } from '@paxkv/kvserver/internal/config/cluster-secret';
import { expect } from 'chai';

const first = 'a'.repeat(32);
const second = 'b'.repeat(256);

describe('the secret of a cluster', () => {
  it('is one secret, or two with white space between them', () => {
    for (const text of [first, ` ${first}\n`, `${first}\n${second}\n`, `${first}\t${second}`]) {
      expect(secretProblem(text), text).to.equal(undefined);
    }
    expect(parseSecrets(`${first}\n`)).to.deep.equal([Buffer.from(first)]);
    expect(parseSecrets(`${first}\r\n${second}\r\n`)).to.deep.equal([
      Buffer.from(first),
      Buffer.from(second),
    ]);
  });

  for (const [what, text] of [
    ['nothing', ' \n'],
    ['a short secret', 'a'.repeat(31)],
    ['a short second secret', `${first} short`],
    ['a secret that is too long', 'a'.repeat(257)],
    ['three secrets', `${first} ${first} ${first}`],
    ['letters that are not printable ASCII', 'é'.repeat(40)],
    ['control characters', `${first}\u0000`],
  ] as const) {
    it(`is not ${what}, and the problem repeats nothing of it`, () => {
      const problem = secretProblem(text);
      expect(problem).to.match(/^(?:has|must) /);
      expect(problem).to.not.contain('aaaa').and.not.contain('short');
    });
  }
});
