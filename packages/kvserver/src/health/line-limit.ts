/** Bounds how many lines of one kind a fault that comes and goes can write to the log. */

export interface LineLimitOptions {
  /** Lines of a kind in one interval. */
  readonly countMax: number;
  readonly intervalMs: number;
}

interface Window {
  readonly sinceMs: number;
  count: number;
  /** Lines left out since the last one that was written. */
  omitted: number;
}

export class LineLimit {
  readonly #options: LineLimitOptions;
  readonly #windows = new Map<string, Window>();

  constructor(options: LineLimitOptions) {
    this.#options = options;
  }

  /**
   * How many lines of this kind were left out since the last one, if a line may be written now; otherwise
   * `undefined`, and it counts as left out.
   */
  take(kind: string, nowMs: number): number | undefined {
    const { countMax, intervalMs } = this.#options;
    let window = this.#windows.get(kind);
    if (window === undefined || nowMs - window.sinceMs >= intervalMs) {
      window = { sinceMs: nowMs, count: 0, omitted: window?.omitted ?? 0 };
      this.#windows.set(kind, window);
    }
    if (window.count === countMax) {
      window.omitted += 1;
      return undefined;
    }
    const { omitted } = window;
    window.count += 1;
    window.omitted = 0;
    return omitted;
  }
}
