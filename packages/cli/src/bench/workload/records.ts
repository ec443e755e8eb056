/** The keys and values of a load. Values are made in advance, so that making them takes no time during the load. */
import { SeededRandom } from './random.ts';

const keyDigits = 8;
const valueCount = 64;
const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

/** Room for the number of every key that a load can create. */
export const keyBytesMin = keyDigits;

export class Records {
  readonly #keyHead: string;
  readonly #values: readonly Buffer[];
  #givenCount = 0;

  /** `keyBytes` is at least `keyBytesMin`. */
  constructor(bytes: { readonly keyBytes: number; readonly valueBytes: number }, seed: number) {
    this.#keyHead = 'user'.padEnd(bytes.keyBytes, '.').slice(0, bytes.keyBytes - keyDigits);
    const random = new SeededRandom(seed);
    this.#values = Array.from({ length: valueCount }, () => randomText(bytes.valueBytes, random));
  }

  key(index: number): string {
    return this.#keyHead + String(index).padStart(keyDigits, '0');
  }

  /** Printable text of the given size, from a fixed set in rotation. Callers must not change it. */
  value(): Buffer {
    this.#givenCount += 1;
    return this.#values[this.#givenCount % valueCount] ?? Buffer.alloc(0);
  }
}

function randomText(bytes: number, random: SeededRandom): Buffer {
  return Buffer.from(
    Array.from({ length: bytes }, () => alphabet.charCodeAt(random.below(alphabet.length))),
  );
}
