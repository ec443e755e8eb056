import { expect } from 'chai';
import { formOf, lineOf, printerOf } from 'paxkv/internal/entry-form';

const entryOf = (key: string, value: string | Uint8Array) => ({
  key: Buffer.from(key),
  value: Buffer.from(value),
  ...{ createRevision: 1, modRevision: 2, version: 3 },
});
const bytes = new Uint8Array([255, 0]);
const entries = [entryOf('a', 'one\ttab'), entryOf('b', bytes)];

describe('The forms of entries', () => {
  const printed = (form: Parameters<typeof printerOf>[0]) => {
    const printer = printerOf(form);
    return Buffer.concat([
      Buffer.from(printer.page(entries)),
      Buffer.from(printer.page([])),
      Buffer.from(printer.end()),
    ]);
  };

  it('are lines with a tab between key and value, in which nothing acts on a terminal', () => {
    expect(printed('simple').toString()).to.equal('a\tone\\ttab\nb\tbase64:/wA=\n');
    expect(lineOf(Buffer.from('\u001B[2J\\'))).to.equal('\\u001b[2J\\\\');
  });

  it('are lines of JSON with the revisions', () => {
    const [first = '', second = ''] = printed('json').toString().split('\n');
    const versions = { createRevision: 1, modRevision: 2, version: 3 };
    expect(JSON.parse(first)).to.deep.equal({ key: 'a', value: 'one\ttab', ...versions });
    expect(JSON.parse(second)).to.deep.equal({ key: 'b', valueBase64: '/wA=', ...versions });
  });

  it('are the bytes of the values, with nothing between them', () => {
    expect(printed('raw')).to.deep.equal(Buffer.concat([Buffer.from('one\ttab'), bytes]));
  });

  it('are a table of all pages', () => {
    const table = printed('table').toString();
    for (const cell of ['key', 'value', 'revision', 'version', 'one\\ttab', 'base64:/wA=']) {
      expect(table).to.contain(cell);
    }
    expect(table.match(/revision/g)).to.have.length(1);
  });

  it('are chosen by one option, or by several that agree', () => {
    expect(formOf({})).to.equal('simple');
    expect(formOf({ raw: true })).to.equal('raw');
    expect(formOf({ json: true, output: 'json' })).to.equal('json');
    expect(() => formOf({ json: true, output: 'table' })).to.throw('either table or json');
    expect(() => formOf({ json: true, raw: true })).to.throw('either json or raw');
  });
});
