/** Mutations of bytes: from a sample and a dictionary come inputs that are almost right. */
import type { SeededRandom } from '@paxkv/simulator';

/** What the inputs of one protocol are made from. */
export interface Material {
  /** Valid inputs. */
  readonly samples: readonly Buffer[];
  /** Parts that have a meaning for the protocol, or had one for another program that failed. */
  readonly words: readonly Buffer[];
}

type Mutation = (input: Buffer, material: Material, random: SeededRandom) => Buffer;

const mutationCountMax = 4;
const repeatMax = 2000;
const noiseBytesMax = 64;
/** Longer inputs take time and find nothing that shorter ones do not. */
const inputBytesMax = 64 * 1024;

const mutations: readonly Mutation[] = [
  flipBits,
  setByte,
  insertNoise,
  insertWord,
  replaceByWord,
  remove,
  repeat,
  splice,
  truncate,
];

/** An input: a sample with 0 to 4 mutations. */
export function mutate(material: Material, random: SeededRandom): Buffer {
  let input = random.pick(material.samples);
  for (let count = random.integer(0, mutationCountMax); count > 0; count -= 1) {
    input = random.pick(mutations)(input, material, random).subarray(0, inputBytesMax);
  }
  return input;
}

function flipBits(input: Buffer, _: Material, random: SeededRandom): Buffer {
  const changed = Buffer.from(input);
  const at = place(input, random);
  if (at < changed.length) changed[at] = (changed[at] ?? 0) ^ (1 << random.integer(0, 7));
  return changed;
}

function setByte(input: Buffer, _: Material, random: SeededRandom): Buffer {
  const changed = Buffer.from(input);
  const at = place(input, random);
  const byte = random.pick([0x00, 0x0a, 0x0d, 0x20, 0x25, 0x7f, 0x80, 0xc0, 0xc1, 0xff]);
  if (at < changed.length) changed[at] = byte;
  return changed;
}

function insertNoise(input: Buffer, _: Material, random: SeededRandom): Buffer {
  const bytes = Array.from({ length: random.integer(1, noiseBytesMax) }, () =>
    random.integer(0, 255),
  );
  return insert(input, place(input, random), Buffer.from(bytes));
}

function insertWord(input: Buffer, { words }: Material, random: SeededRandom): Buffer {
  return insert(input, place(input, random), random.pick(words));
}

function replaceByWord(input: Buffer, { words }: Material, random: SeededRandom): Buffer {
  const [from, to] = range(input, random);
  return Buffer.concat([input.subarray(0, from), random.pick(words), input.subarray(to)]);
}

function remove(input: Buffer, _: Material, random: SeededRandom): Buffer {
  const [from, to] = range(input, random);
  return Buffer.concat([input.subarray(0, from), input.subarray(to)]);
}

function repeat(input: Buffer, _: Material, random: SeededRandom): Buffer {
  const [from, to] = range(input, random);
  const part = input.subarray(from, to);
  const count = random.chance(0.1) ? random.integer(2, repeatMax) : random.integer(2, 4);
  const fitting = Math.min(count, Math.ceil(inputBytesMax / Math.max(1, part.length)));
  return insert(input, to, Buffer.concat(Array.from({ length: fitting }, () => part)));
}

function splice(input: Buffer, { samples }: Material, random: SeededRandom): Buffer {
  const other = random.pick(samples);
  return Buffer.concat([
    input.subarray(0, place(input, random)),
    other.subarray(place(other, random)),
  ]);
}

function truncate(input: Buffer, _: Material, random: SeededRandom): Buffer {
  return input.subarray(0, place(input, random));
}

function insert(input: Buffer, at: number, part: Buffer): Buffer {
  return Buffer.concat([input.subarray(0, at), part, input.subarray(at)]);
}

/** An offset within the input, or its end. */
function place(input: Buffer, random: SeededRandom): number {
  return random.integer(0, input.length);
}

function range(input: Buffer, random: SeededRandom): [from: number, to: number] {
  const [a, b] = [place(input, random), place(input, random)];
  return random.chance(0.5) ? [Math.min(a, b), Math.max(a, b)] : [a, Math.min(input.length, a + 8)];
}
