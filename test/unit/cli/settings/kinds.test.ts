import { expect } from 'chai';
import { InvalidArgumentError } from 'commander';
import {
  duration,
  list,
  oneOf,
  size,
  text,
  wholeNumber,
  yesOrNo,
} from 'paxkv/internal/settings/kinds';

describe('wholeNumber', () => {
  const { parse } = wholeNumber(1, 9);

  it('takes both ends of its range', () => {
    expect([parse('1'), parse('9')]).to.deep.equal([1, 9]);
  });

  for (const text of ['', ' ', '0', '10', '-1', '1.5', '1e0', '0x1', 'one', 'Infinity']) {
    it(`refuses ${JSON.stringify(text)}`, () => {
      expect(() => parse(text)).to.throw(InvalidArgumentError, 'whole number from 1 to 9');
    });
  }
});

describe('duration', () => {
  const { parse } = duration(1, 600_000);

  for (const [text, ms] of [
    ['500ms', 500],
    ['5s', 5000],
    ['1.5s', 1500],
    ['2m', 120_000],
    ['250', 250],
    ['1', 1],
    ['10m', 600_000],
  ] as const) {
    it(`takes ${text} for ${ms} milliseconds`, () => expect(parse(text)).to.equal(ms));
  }

  for (const text of ['', 's', '5 s', '5h', '5S', '-1s', '0', '0.1ms', '.5s', '1e3', '11m']) {
    it(`refuses ${JSON.stringify(text)}`, () => {
      expect(() => parse(text)).to.throw(InvalidArgumentError, 'such as 500ms, 5s or 2m');
    });
  }
});

describe('size', () => {
  const { parse } = size(1, 2 ** 31 - 1);

  for (const [text, bytes] of [
    ['128MiB', 128 * 1024 ** 2],
    ['1.5KiB', 1536],
    ['1GiB', 1024 ** 3],
    ['7B', 7],
    ['1', 1],
    ['2147483647', 2 ** 31 - 1],
  ] as const) {
    it(`takes ${text} for ${bytes} bytes`, () => expect(parse(text)).to.equal(bytes));
  }

  for (const text of ['', 'MiB', '1 MiB', '1MB', '1mib', '-1', '0', '0.1B', '2GiB', '1e3']) {
    it(`refuses ${JSON.stringify(text)}`, () => {
      expect(() => parse(text)).to.throw(InvalidArgumentError, 'such as 512KiB, 128MiB or 1GiB');
    });
  }
});

describe('yesOrNo', () => {
  for (const text of ['yes', 'YES', 'true', '1']) {
    it(`takes ${text} for yes`, () => expect(yesOrNo.parse(text)).to.equal(true));
  }

  for (const text of ['no', 'No', 'false', '0', '']) {
    it(`takes ${JSON.stringify(text)} for no`, () => expect(yesOrNo.parse(text)).to.equal(false));
  }

  it('refuses anything else', () => {
    expect(() => yesOrNo.parse('perhaps')).to.throw(InvalidArgumentError, 'yes or no');
  });
});

describe('oneOf', () => {
  const { parse, range } = oneOf(['error', 'warn', 'info']);

  it('takes its words as they are spelled', () => {
    expect(parse('warn')).to.equal('warn');
    expect(() => parse('WARN')).to.throw(InvalidArgumentError, 'It must be error, warn or info.');
  });

  it('names them in its range', () => expect(range).to.equal('error, warn or info'));
});

describe('list', () => {
  it('keeps empty parts, since the position of each may matter', () => {
    expect(list('names').parse('a, b,,c')).to.deep.equal(['a', 'b', '', 'c']);
  });
});

describe('kinds', () => {
  it('say their ranges for people', () => {
    expect(wholeNumber(0, 7).range).to.equal('whole number, 0 to 7');
    expect(size(1, 2 ** 31 - 1).range).to.equal('size, 1B to just below 2GiB');
    expect(size(1024, 3 * 1024 ** 2).range).to.equal('size, 1KiB to 3MiB');
    expect(duration(500, 60_000).range).to.equal('time, 500ms to 1m');
  });

  it('parse what they format, to the same value', () => {
    const back = <T>(kind: { parse(text: string): T; format(value: T): string }, value: T) =>
      expect(kind.parse(kind.format(value))).to.deep.equal(value);
    for (const bytes of [1, 1023, 1024, 1536, 128 * 1024 ** 2, 2 ** 31 - 1]) {
      back(size(1, 2 ** 40), bytes);
    }
    for (const ms of [1, 999, 1000, 1500, 90_000, 120_000]) back(duration(1, 600_000), ms);
    for (const value of [true, false]) back(yesOrNo, value);
    back(list('names'), ['a', '', 'b']);
    back(wholeNumber(0, 9), 7);
    back(text('anything'), ' as it is ');
  });
});
