/** The texts of keys and the bytes of values. Made beforehand, so that they cost a load nothing. */
import { Dice } from './dice.ts';

const keyDigits = 8;
const valueCount = 64;
const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

/** Room for the number of any key a load can come to. */
export const keyBytesMin = keyDigits;

export class Records {
  readonly #keyHead: string;
  readonly #values: readonly Buffer[];
  #givenCount = 0;

  /** `keyBytes` is at least `keyBytesMin`. */
  constructor(bytes: { readonly keyBytes: number; readonly valueBytes: number }, seed: number) {
    this.#keyHead = 'user'.padEnd(bytes.keyBytes, '.').slice(0, bytes.keyBytes - keyDigits);
    const dice = new Dice(seed);
    this.#values = Array.from({ length: valueCount }, () => randomText(bytes.valueBytes, dice));
  }

  key(index: number): string {
    return this.#keyHead + String(index).padStart(keyDigits, '0');
  }

  /** Printable text of the given size, another one each time, in turns. Not to be altered. */
  value(): Buffer {
    this.#givenCount += 1;
    return this.#values[this.#givenCount % valueCount] ?? Buffer.alloc(0);
  }
}

function randomText(bytes: number, dice: Dice): Buffer {
  return Buffer.from(
    Array.from({ length: bytes }, () => alphabet.charCodeAt(dice.below(alphabet.length))),
  );
}
