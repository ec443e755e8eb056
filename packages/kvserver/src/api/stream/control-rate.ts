/** ControlRate: how many control frames a client sends in a second. The server answers each ping, which costs time. */

const windowMs = 1000;

export class ControlRate {
  readonly #countMax: number;
  #windowEndMs = Number.NEGATIVE_INFINITY;
  #count = 0;

  /** `countMax`: frames in a second. */
  constructor(countMax: number) {
    this.#countMax = countMax;
  }

  /** Counts a frame. Returns false if it is one too many. `nowMs` never goes back. */
  add(nowMs: number): boolean {
    if (nowMs >= this.#windowEndMs) {
      this.#windowEndMs = nowMs + windowMs;
      this.#count = 0;
    }
    this.#count += 1;
    return this.#count <= this.#countMax;
  }
}
