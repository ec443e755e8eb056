/** FailureLatch: keeps the first failure, which every later call throws again. */

export class FailureLatch {
  #failure: unknown;

  /** Keeps `failure` unless there was one before. Returns it for the caller to throw. */
  fail(failure: unknown): unknown {
    this.#failure ??= failure;
    return failure;
  }

  /** @throws the failure, if there was one. */
  expectNone(): void {
    if (this.#failure !== undefined) throw this.#failure;
  }

  /** Settles as `action` does, whose error is a failure. @throws also an earlier failure. */
  async guard<T>(action: () => Promise<T>): Promise<T> {
    this.expectNone();
    try {
      const result = await action();
      // After another call failed meanwhile, this result may rest on changes that were lost.
      this.expectNone();
      return result;
    } catch (failure) {
      throw this.fail(failure);
    }
  }
}
