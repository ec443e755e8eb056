import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { pack, unpack } from '@paxkv/protocol';
import { expect } from 'chai';
import fc from 'fast-check';

function bytesOf(hex: string): Uint8Array {
  return new Uint8Array(Buffer.from(hex.replaceAll(' ', ''), 'hex'));
}

/** What a process reads from the same seeded bytes, with msgpackr's native addon or without it. */
function readElsewhere(env: NodeJS.ProcessEnv): string {
  const script = fileURLToPath(new URL('./read-rows.js', import.meta.url));
  return execFileSync(process.execPath, [script, '20000'], {
    encoding: 'utf8',
    env: { ...process.env, ...env },
  });
}

/** msgpackr packs −0 as 0. */
function withoutMinusZero(number: number): number {
  return number === 0 ? 0 : number;
}

describe('row reader', () => {
  const text = fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme' }));
  const number = fc.oneof(
    fc.maxSafeInteger(),
    fc.integer(),
    fc.double({ noNaN: true }).map(withoutMinusZero),
  );
  const field = fc.oneof(
    number,
    fc.boolean(),
    fc.constant(null),
    text,
    fc.uint8Array({ maxLength: 300 }),
  );
  const row = fc.array(fc.oneof(field, fc.array(fc.oneof(field, fc.array(field)))));

  it('reads back every row that is packed, to the last bit', () => {
    fc.assert(
      fc.property(row, (fields) => {
        expect(unpack(Buffer.from(pack(fields)))).to.deep.equal(fields);
      }),
    );
  });

  it('keeps every byte of a text: a byte order mark is a character', () => {
    for (const count of [1, 7, 8, 40, 100, 30_000]) {
      const name = '\ufeff'.repeat(count);
      const packed = Buffer.from(pack([name]));
      expect(unpack(packed)).to.deep.equal([name]);
      expect(Buffer.from(pack(unpack(packed)))).to.deep.equal(packed);
    }
  });

  it('reads rows in rows, eight of them and no more', () => {
    const nested = (count: number) => bytesOf(`${'91'.repeat(count)} 07`);
    expect(JSON.stringify(unpack(nested(8)))).to.equal(`${'['.repeat(8)}7${']'.repeat(8)}`);
    expect(() => unpack(nested(9))).to.throw(TypeError, 'nested too deeply');
  });

  it('reads rows, texts and bytes of every length', () => {
    for (const length of [0, 1, 15, 16, 17, 31, 32, 255, 256, 65_535, 65_536, 70_000]) {
      const row = [Array(length).fill(7), 'x'.repeat(length), new Uint8Array(length).fill(7)];
      expect(unpack(Buffer.from(pack(row))), `${length}`).to.deep.equal(row);
    }
  });

  it('reads numbers of every size', () => {
    const numbers = [0, 127, 128, 255, 256, 65_535, 65_536, 2 ** 32 - 1, 2 ** 32, 2 ** 53 - 1];
    const negative = [-1, -32, -33, -128, -129, -32_768, -32_769, -(2 ** 31), -(2 ** 32), 1.5];
    const row = [...numbers, ...negative];
    expect(unpack(Buffer.from(pack(row)))).to.deep.equal(row);
    expect(unpack(bytesOf('92 cf 0000000000000007 d3 ffffffffffffffff'))).to.deep.equal([7, -1]);
    expect(unpack(bytesOf('91 ca 3fc00000'))).to.deep.equal([1.5]);
  });

  for (const [what, hex] of [
    ['text that is not UTF-8', '91 a1 ff'],
    ['long text that is not UTF-8', `91 d9 40 ${'61'.repeat(63)} c3`],
    ['half of a surrogate pair', '91 a3 eda080'],
    ['an overlong character', '91 a2 c080'],
    ['a number beyond 53 bits', '91 cf 0020000000000000'],
    ['a number below minus 53 bits', '91 d3 ffdfffffffffffff'],
    ['a map', '91 80'],
    ['a large map', '91 df 00000000'],
    ['the first byte of a large map alone', '91 df'],
    ['an extension', '91 d4 00 00'],
    ['a timestamp', '91 d6 ff 00000000'],
    ['the definition of a record', '91 d4 72 40'],
    ['a reference to another part', '91 d6 70 00000001'],
    ['the type that is never used', '91 c1'],
    ['no row', '07'],
    ['bytes behind the row', '90 00'],
    ['nothing', ''],
    ['fewer fields than it says', '92 01'],
    ['more fields than there are bytes', 'dd ffffffff 01'],
    ['bytes that are cut off', '91 c4 05 00'],
    ['a number that is cut off', '91 cb 00'],
    ['rows that are nested without end', '91'.repeat(10_000)],
  ] as const) {
    it(`refuses ${what}`, () => {
      expect(() => unpack(bytesOf(hex))).to.throw(TypeError);
    });
  }

  it('throws only TypeError, whatever the bytes are', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        try {
          unpack(bytes);
        } catch (error) {
          expect(error).to.be.instanceOf(TypeError);
        }
      }),
      { numRuns: 2000 },
    );
  });

  it('reads the same with the native addon of msgpackr and without it', function () {
    this.timeout(30_000);
    const native = readElsewhere({});
    const plain = readElsewhere({ MSGPACKR_NATIVE_ACCELERATION_DISABLED: 'true' });
    // Otherwise one process would be compared with another of its kind.
    expect(JSON.parse(native)).to.deep.include({ isNative: true });
    expect(JSON.parse(plain)).to.deep.include({ isNative: false });
    expect(JSON.parse(native).hash).to.equal(JSON.parse(plain).hash);
  });
});
