/**
 * Reads many rows that are drawn from a seed, and prints a hash of what it read. Two processes print the same
 * unless something beside the rows decides what they mean.
 */
import { createHash } from 'node:crypto';
import { pack, unpack } from '@paxkv/protocol';
import fc from 'fast-check';
import * as msgpackr from 'msgpackr';

const count = Number(process.argv[2]);
const texts = [
  fc.string({ unit: 'binary' }),
  fc.string({ unit: 'grapheme', maxLength: 80 }),
  fc.nat(64).map((length) => '\ufeff'.repeat(length)),
  fc.string({ unit: fc.constantFrom('\ufeff', '\u0000', 'é', '€', '😀', 'a'), maxLength: 64 }),
];
const field = fc.oneof(...texts, fc.maxSafeInteger(), fc.double(), fc.uint8Array());
const row = fc.array(fc.oneof(field, fc.array(field)), { maxLength: 8 });
/** Packed rows, and bytes that are almost one: each of two bytes is replaced. */
const damaged = fc
  .tuple(row, fc.nat(), fc.nat(), fc.nat(255), fc.nat(255))
  .map(([fields, one, other, ...bytes]) => {
    const packed = Buffer.from(pack(fields));
    for (const [index, at] of [one, other].entries()) {
      packed[at % packed.length] = bytes[index] ?? 0;
    }
    return packed;
  });
const bytes = fc.oneof(
  row.map((fields) => Buffer.from(pack(fields))),
  damaged,
);

const hash = createHash('sha256');
for (const each of fc.sample(bytes, { seed: 1, numRuns: count })) {
  hash.update(each);
  try {
    hash.update(Buffer.from(pack(unpack(each))));
  } catch {
    hash.update('refused');
  }
}
// msgpackr sets this flag where the addon is in use.
const isNative = Reflect.get(msgpackr, 'isNativeAccelerationEnabled') === true;
process.stdout.write(JSON.stringify({ isNative, hash: hash.digest('hex') }));
