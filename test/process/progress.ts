/** Counts completed work, so that a test can wait for a certain amount of it instead of a time. */

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

  /** Counts one more. */
  add(): void {
    this.#count += 1;
    const due = this.#waiters.filter((waiter) => waiter.count <= this.#count);
    if (due.length === 0) return;
    this.#waiters = this.#waiters.filter((waiter) => waiter.count > this.#count);
    for (const waiter of due) waiter.resolve();
  }

  /** The work has ended early: wakes all waiters. */
  fail(error: unknown): void {
    this.#failure ??= { error };
    for (const waiter of this.#waiters.splice(0)) waiter.reject(error);
  }

  /** Resolves when this total is reached. @throws the error of the work */
  reached(count: number): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#count >= count) resolve();
      else if (this.#failure !== undefined) reject(this.#failure.error);
      else this.#waiters.push({ count, resolve, reject });
    });
  }

  /** Resolves when this number more are done, from now on. */
  advanced(count: number): Promise<void> {
    return this.reached(this.#count + count);
  }
}
