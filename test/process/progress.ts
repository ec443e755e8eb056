/** Counts what was done, so that a test can wait for a point in the work instead of for a time. */

interface Waiter {
  readonly count: number;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

export class Progress {
  #count = 0;
  #failure: { readonly error: unknown } | undefined;
  #waiters: Waiter[] = [];

  get count(): number {
    return this.#count;
  }

  /** One more is done. */
  add(): void {
    this.#count += 1;
    const due = this.#waiters.filter((waiter) => waiter.count <= this.#count);
    if (due.length === 0) return;
    this.#waiters = this.#waiters.filter((waiter) => waiter.count > this.#count);
    for (const waiter of due) waiter.resolve();
  }

  /** The work has ended early: whoever waits need not wait any more. */
  fail(error: unknown): void {
    this.#failure ??= { error };
    for (const waiter of this.#waiters.splice(0)) waiter.reject(error);
  }

  /** Resolves when so many are done in all. @throws what the work failed with */
  reached(count: number): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#count >= count) resolve();
      else if (this.#failure !== undefined) reject(this.#failure.error);
      else this.#waiters.push({ count, resolve, reject });
    });
  }

  /** Resolves when so many more are done from now on. */
  advanced(count: number): Promise<void> {
    return this.reached(this.#count + count);
  }
}
