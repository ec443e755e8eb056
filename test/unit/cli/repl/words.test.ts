import { expect } from 'chai';
import { wordsOf } from 'paxkv/internal/repl/words';

describe('wordsOf', () => {
  for (const [line, words] of [
    ['', []],
    ['   ', []],
    ['get a', ['get', 'a']],
    ['  put\ta   b  ', ['put', 'a', 'b']],
    [`put a 'b c' "d e"`, ['put', 'a', 'b c', 'd e']],
    [`put a ''`, ['put', 'a', '']],
    [`put a'b "'c`, ['put', `ab "c`]],
    [String.raw`put a\ b \'`, ['put', 'a b', "'"]],
    [String.raw`put "a\"b\\c\d" '\'`, ['put', String.raw`a"b\c\d`, '\\']],
    ['get a # the first', ['get', 'a']],
    ['# nothing', []],
    ['get a#b', ['get', 'a#b']],
    ['put ü 😀', ['put', 'ü', '😀']],
  ] as const) {
    it(`splits ${JSON.stringify(line)}`, () => {
      expect(wordsOf(line)).to.deep.equal(words);
    });
  }

  for (const [line, message] of [
    [`put 'a`, "a closing ' is missing"],
    [`put "a'`, 'a closing " is missing'],
    ['put a\\', 'a backslash ends the line'],
    ['put "a\\', 'a backslash ends the line'],
  ] as const) {
    it(`refuses ${JSON.stringify(line)}`, () => {
      expect(() => wordsOf(line))
        .to.throw(message)
        .with.property('code', 'CLI_USAGE');
    });
  }
});
