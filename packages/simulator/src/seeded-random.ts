/**
 * Reproducible randomness: the same seed gives the same draws on every machine. Streams of one seed are
 * independent, so a new draw in one does not change the others.
 */
import type { Random } from '@paxkv/paxos';

const warmUpDraws = 16;
const letterCount = 26;
const letterA = 97;

/** A generator of the sfc32 family: 128 bits of state, fast, and good enough for simulation. */
export class SeededRandom implements Random {
  /** The seed of this generator. */
  readonly seed: string;
  #a: number;
  #b: number;
  #c: number;
  #counter = 1;

  /** A number and its decimal text are the same seed. */
  constructor(seed: string | number) {
    this.seed = String(seed);
    this.#a = hash(this.seed, 0x243f6a88);
    this.#b = hash(this.seed, 0x85a308d3);
    this.#c = hash(this.seed, 0x13198a2e);
    for (let draw = 0; draw < warmUpDraws; draw += 1) this.#next32();
  }

  /** An independent generator, from this one's seed and `name`, whatever was drawn here before. */
  stream(name: string): SeededRandom {
    return new SeededRandom(`${this.seed}/${name}`);
  }

  next(): number {
    const high = this.#next32() >>> 5;
    const low = this.#next32() >>> 6;
    return (high * 2 ** 26 + low) / 2 ** 53;
  }

  /** A number from `min` to below `max`. */
  between(min: number, max: number): number {
    return min + this.next() * (max - min);
  }

  /** A whole number from `min` up to and including `max`. */
  integer(min: number, max: number): number {
    return min + Math.floor(this.next() * (max - min + 1));
  }

  /** True with the given probability, from 0 to 1. */
  chance(probability: number): boolean {
    return this.next() < probability;
  }

  /** @throws RangeError if the list is empty. */
  pick<T>(list: readonly T[]): T {
    for (const item of list.slice(this.integer(0, list.length - 1))) return item;
    throw new RangeError('cannot pick from an empty list');
  }

  /** The same items in random order; the given list is not changed. */
  shuffle<T>(list: readonly T[]): T[] {
    const keyed = list.map((item) => ({ item, key: this.next() }));
    return keyed.sort((a, b) => a.key - b.key).map(({ item }) => item);
  }

  /** Random bytes, `count` of them. */
  bytes(count: number): Uint8Array {
    const bytes = new Uint8Array(count);
    for (let at = 0; at < count; at += 1) bytes[at] = this.#next32();
    return bytes;
  }

  /** Letters from a to z, `count` of them. */
  letters(count: number): string {
    const letters = this.bytes(count).map((byte) => letterA + (byte % letterCount));
    return new TextDecoder().decode(letters);
  }

  #next32(): number {
    const sum = (this.#a + this.#b + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + sum) | 0;
    return sum >>> 0;
  }
}

/** 32 bits that depend on every character and on the salt. */
function hash(text: string, salt: number): number {
  let bits = salt;
  for (let at = 0; at < text.length; at += 1) {
    bits = Math.imul(bits ^ text.charCodeAt(at), 0x9e3779b1);
    bits ^= bits >>> 15;
  }
  bits = Math.imul(bits ^ text.length, 0x85ebca6b);
  bits ^= bits >>> 13;
  bits = Math.imul(bits, 0xc2b2ae35);
  return bits ^ (bits >>> 16);
}
