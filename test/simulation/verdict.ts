/** What the judges of one run find: the first thing that is wrong ends it. */

export interface Failure {
  /** The rule that was broken, in words that stay the same from run to run. */
  readonly invariant: string;
  /** What broke it, this time. */
  readonly message: string;
  /** When, in the world's time. */
  readonly atMs: number;
}

export class Verdict {
  readonly #now: () => number;
  readonly #onFailed: () => void;
  #failure: Failure | undefined;

  /** `onFailed` is called at the first failure, to end the run. */
  constructor(now: () => number, onFailed: () => void) {
    this.#now = now;
    this.#onFailed = onFailed;
  }

  get failure(): Failure | undefined {
    return this.#failure;
  }

  /** Only the first one counts: what follows may follow from it. */
  fail(invariant: string, message: string): void {
    if (this.#failure !== undefined) return;
    this.#failure = { invariant, message, atMs: this.#now() };
    this.#onFailed();
  }

  /** `message` is made only where it is needed. */
  check(isTrue: boolean, invariant: string, message: () => string): void {
    if (!isTrue) this.fail(invariant, message());
  }
}
