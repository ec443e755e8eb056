/** The verdict of all invariants on one run: the first violation ends it. */

export interface Failure {
  /** The name of the broken rule, the same in every run. */
  readonly invariant: string;
  /** What broke it in this run. */
  readonly message: string;
  /** When, in simulated time. */
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

  /** Only the first failure counts: later ones may follow from it. */
  fail(invariant: string, message: string): void {
    if (this.#failure !== undefined) return;
    this.#failure = { invariant, message, atMs: this.#now() };
    this.#onFailed();
  }

  /** `message` is called only on failure. */
  check(isTrue: boolean, invariant: string, message: () => string): void {
    if (!isTrue) this.fail(invariant, message());
  }
}
