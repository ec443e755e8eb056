import { expect } from 'chai';
import { InvalidArgumentError } from 'commander';
import { byteCount, durationMs, splitList, wholeNumber, yesOrNo } from 'paxkv/internal/options';

describe('wholeNumber', () => {
  const parse = wholeNumber(1, 9);

  it('takes both ends of its range', () => {
    expect([parse('1'), parse('9')]).to.deep.equal([1, 9]);
  });

  for (const text of ['', ' ', '0', '10', '-1', '1.5', '1e0', '0x1', 'one', 'Infinity']) {
    it(`refuses ${JSON.stringify(text)}`, () => {
      expect(() => parse(text)).to.throw(InvalidArgumentError, 'whole number from 1 to 9');
    });
  }
});

describe('durationMs', () => {
  const parse = durationMs(1, 600_000);

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

describe('byteCount', () => {
  const parse = byteCount(1, 2 ** 31 - 1);

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
    it(`takes ${text} for yes`, () => expect(yesOrNo(text)).to.equal(true));
  }

  for (const text of ['no', 'No', 'false', '0', '']) {
    it(`takes ${JSON.stringify(text)} for no`, () => expect(yesOrNo(text)).to.equal(false));
  }

  it('refuses anything else', () => {
    expect(() => yesOrNo('perhaps')).to.throw(InvalidArgumentError, 'yes or no');
  });
});

describe('splitList', () => {
  it('splits at commas, and ignores spaces and a surplus comma', () => {
    expect(splitList(' a:1, b:2,')).to.deep.equal(['a:1', 'b:2']);
  });
});
