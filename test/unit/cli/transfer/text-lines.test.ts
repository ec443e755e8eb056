import { expect } from 'chai';
import * as fc from 'fast-check';
import { textLines } from 'paxkv/internal/transfer/text-lines';

async function* inPieces(bytes: Uint8Array, size: number) {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function linesOf(bytes: Uint8Array, size = 7): Promise<string[]> {
  const lines: string[] = [];
  for await (const line of textLines(inPieces(bytes, size))) lines.push(line);
  return lines;
}

describe('textLines', () => {
  it('finds the same lines however the stream is cut', async () => {
    const line = fc.string({ unit: 'grapheme' }).map((text) => text.replaceAll('\n', ''));
    await fc.assert(
      fc.asyncProperty(fc.array(line), fc.integer({ min: 1, max: 9 }), async (lines, size) => {
        const text = lines.map((each) => `${each}\n`).join('');
        expect(await linesOf(Buffer.from(text), size)).to.deep.equal(lines);
      }),
    );
  });

  it('has the last line, also without a line break', async () => {
    expect(await linesOf(Buffer.from('a\n\nb'))).to.deep.equal(['a', '', 'b']);
    expect(await linesOf(Buffer.from(''))).to.deep.equal([]);
  });

  it('fails on what is not UTF-8, and on a line that is longer than any entry', async () => {
    const failure = (bytes: Uint8Array) => linesOf(bytes, 1 << 20).catch((error: unknown) => error);
    expect(await failure(Uint8Array.of(97, 255))).to.be.instanceOf(TypeError);
    expect(await failure(Buffer.from([97, 0xc3]))).to.be.instanceOf(TypeError);
    expect(await failure(Buffer.alloc(10 << 20, 97))).to.be.instanceOf(RangeError);
  });
});
