/** How long the tests and hooks of each file took, so that the slowest files can be named. */

/** Files that are named at the end of a run. */
const namedMax = 12;
/** A run whose files take less together names none. */
const runMsMin = 60_000;

export class FileTimes {
  readonly #msOf = new Map<string, number>();

  /** A test or a hook of `file` took so many milliseconds. */
  add(file: string, ms: number): void {
    this.#msOf.set(file, (this.#msOf.get(file) ?? 0) + ms);
  }

  /** The slowest files and their milliseconds, slowest first. Empty after a short run. */
  slowest(): readonly (readonly [file: string, ms: number])[] {
    const times = [...this.#msOf].sort(([, a], [, b]) => b - a);
    const totalMs = times.reduce((sum, [, ms]) => sum + ms, 0);
    return totalMs < runMsMin ? [] : times.slice(0, namedMax);
  }
}
