import { expect } from 'chai';
import * as fc from 'fast-check';
import { readEntryLine, toEntryLine } from 'paxkv/internal/transfer/entry-line';

describe('A line of an export', () => {
  it('is read as the entry that it was made of, whatever its bytes', () => {
    const bytes = fc.oneof(
      fc.uint8Array().map((array) => Buffer.from(array)),
      fc.string({ unit: 'binary' }).map((text) => Buffer.from(text)),
    );
    void fc.assert(
      fc.property(bytes, bytes, (key, value) => {
        const line = toEntryLine({ key, value });
        expect(line.indexOf('\n')).to.equal(line.length - 1);
        expect(readEntryLine(line)).to.deep.equal({ key, value });
      }),
    );
  });

  it('may have other members', () => {
    const { key } = readEntryLine('{"key":"a","value":"","modRevision":4}');
    expect(key).to.deep.equal(Buffer.from('a'));
  });

  it('is refused if a key or a value is missing, given twice, or neither text nor base64', () => {
    for (const line of [
      ...['', '[', '1', 'null', '[]', '{}', '{"key":"a"}', '{"value":"a"}'],
      ...['{"key":1,"value":""}', '{"key":"a","value":null}', '{"keyBase64":"x","value":""}'],
      ...['{"key":"a","keyBase64":"YQ==","value":""}', '{"key":"\\ud800","value":""}'],
    ]) {
      expect(() => readEntryLine(line), line)
        .to.throw()
        .with.property('code', 'CLI_INPUT');
    }
  });
});
