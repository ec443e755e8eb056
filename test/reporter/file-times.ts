/** How long each test file took, with its hooks, so that the slowest can be named. */

/** Files that are named at the end of a run. */
const namedMax = 12;
/** A run that takes less names none. */
const runMsMin = 60_000;

export class FileTimes {
  readonly #msOf = new Map<string, number>();
  #current: { readonly file: string; readonly startMs: number } | undefined;

  /** The tests of `file` start, at a time in milliseconds. */
  start(file: string, nowMs: number): void {
    if (this.#current?.file === file) return;
    this.end(nowMs);
    this.#current = { file, startMs: nowMs };
  }

  /** No further test starts. */
  end(nowMs: number): void {
    if (this.#current === undefined) return;
    const { file, startMs } = this.#current;
    this.#msOf.set(file, (this.#msOf.get(file) ?? 0) + nowMs - startMs);
    this.#current = undefined;
  }

  /** The slowest files and their milliseconds, slowest first. Empty after a short run. */
  slowest(): readonly (readonly [file: string, ms: number])[] {
    const times = [...this.#msOf].sort(([, a], [, b]) => b - a);
    const totalMs = times.reduce((sum, [, ms]) => sum + ms, 0);
    return totalMs < runMsMin ? [] : times.slice(0, namedMax);
  }
}
