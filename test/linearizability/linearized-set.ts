/**
 * A set of small numbers with cheap updates and a compact key: one bit per number. Full words at the start
 * are not part of the key, so a set that is nearly a prefix has a short key.
 */

const wordBits = 16;
const fullWord = 0xffff;

export class LinearizedSet {
  readonly #words: Uint16Array;
  /** The first word that is not full. */
  #low = 0;
  /** All words from here on are empty. */
  #high = 0;

  /** For numbers from 0 up to, not including, `size`. */
  constructor(size: number) {
    this.#words = new Uint16Array(Math.floor(size / wordBits) + 1);
  }

  has(number: number): boolean {
    return (this.#word(number >> 4) & bitOf(number)) !== 0;
  }

  add(number: number): void {
    const at = number >> 4;
    this.#words[at] = this.#word(at) | bitOf(number);
    this.#high = Math.max(this.#high, at + 1);
    while (this.#word(this.#low) === fullWord) this.#low += 1;
  }

  delete(number: number): void {
    const at = number >> 4;
    this.#words[at] = this.#word(at) & ~bitOf(number);
    this.#low = Math.min(this.#low, at);
    while (this.#high > 0 && this.#word(this.#high - 1) === 0) this.#high -= 1;
  }

  /** Equal for equal sets of one size only, and never a prefix of another set's key. */
  key(): string {
    const words = this.#words.subarray(this.#low, this.#high);
    return `${this.#low},${words.length}:${String.fromCharCode(...words)}`;
  }

  #word(at: number): number {
    return this.#words[at] ?? 0;
  }
}

function bitOf(number: number): number {
  return 1 << (number & (wordBits - 1));
}
