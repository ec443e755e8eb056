/** AddressCounts: the open connections of each address, so that one address cannot take all of them. */

export class AddressCounts {
  readonly #counts = new Map<string, number>();
  readonly #countMax: number;

  constructor(countMax: number) {
    this.#countMax = countMax;
  }

  /** Counts one more connection. Returns `false`, and counts nothing, if the address has too many. */
  add(address: string): boolean {
    const count = this.#counts.get(address) ?? 0;
    if (count >= this.#countMax) return false;
    this.#counts.set(address, count + 1);
    return true;
  }

  remove(address: string): void {
    const count = this.#counts.get(address) ?? 0;
    if (count > 1) this.#counts.set(address, count - 1);
    else this.#counts.delete(address);
  }
}
