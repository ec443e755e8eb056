import { ShortTexts, shortTextBytesMax } from '@paxkv/protocol';
import { expect } from 'chai';
import fc from 'fast-check';

function read(texts: ShortTexts, text: string): string | undefined {
  const bytes = Buffer.from(`<${text}>`);
  return texts.read(bytes, 1, bytes.length - 1);
}

describe('ShortTexts', () => {
  it('reads what the bytes say, whatever was read before', () => {
    const texts = new ShortTexts();
    // Two letters and the same ends, so that most texts share the place of another.
    const unit = fc.constantFrom('a', 'b');
    const ascii = fc.string({ unit, maxLength: shortTextBytesMax - 2 }).map((text) => `a${text}b`);
    fc.assert(
      fc.property(ascii, (text) => {
        expect(read(texts, text)).to.equal(text);
        expect(read(texts, text)).to.equal(text);
      }),
      { numRuns: 2000 },
    );
  });

  it('tells texts apart that differ in one place, at their ends and in between', () => {
    const texts = new ShortTexts();
    const id = 'abcdefghijklmnopqrstuv';
    for (let at = 0; at < id.length; at += 1) {
      const other = `${id.slice(0, at)}_${id.slice(at + 1)}`;
      expect([read(texts, id), read(texts, other)]).to.deep.equal([id, other]);
    }
    expect(read(texts, id.slice(0, -1))).to.equal(id.slice(0, -1));
  });

  it('reads the empty text', () => {
    expect(read(new ShortTexts(), '')).to.equal('');
  });

  it('leaves to others what is not ASCII, also behind a text that was read', () => {
    const texts = new ShortTexts();
    expect(read(texts, 'user')).to.equal('user');
    for (const bytes of [[0x75, 0x73, 0x65, 0xf2], [0x80], [0xff, 0x61]])
      expect(texts.read(Uint8Array.from(bytes), 0, bytes.length)).to.equal(undefined);
  });

  it('reads nothing behind the end of the bytes', () => {
    expect(new ShortTexts().read(Buffer.from('ab'), 0, 3)).to.equal(undefined);
  });
});
