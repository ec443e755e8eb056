/** The first error of a machine. It stops the machine: every later call throws it again. */
export class Failure {
  #error: unknown;

  /** Stops the machine. Returns `error` for the caller to throw. */
  fail(error: unknown): unknown {
    this.#error ??= error;
    return error;
  }

  /** @throws the error that stopped the machine */
  expectNone(): void {
    if (this.#error !== undefined) throw this.#error;
  }

  /** Runs `action`, whose failure stops the machine. @throws also if another call failed meanwhile */
  async orFail<T>(action: () => Promise<T>): Promise<T> {
    this.expectNone();
    try {
      const result = await action();
      // After another call failed meanwhile, this result may rest on changes that were lost.
      this.expectNone();
      return result;
    } catch (error) {
      throw this.fail(error);
    }
  }
}
