/** Records when writes were acknowledged: the throughput of a cluster, and its outages. */

export class AckLog {
  readonly #timesMs: number[] = [];

  /** Records an acknowledgement at the present time. */
  note(): void {
    this.#timesMs.push(performance.now());
  }

  get count(): number {
    return this.#timesMs.length;
  }

  /** Acknowledgements per second between two moments. */
  rateBetween(fromMs: number, toMs: number): number {
    const count = this.#timesMs.filter((at) => at >= fromMs && at < toMs).length;
    return toMs <= fromMs ? 0 : (count * 1000) / (toMs - fromMs);
  }

  /** The longest time without an acknowledgement, from `fromMs` to `toMs`. */
  longestSilenceMs(fromMs: number, toMs: number): number {
    const inside = this.#timesMs.filter((at) => at >= fromMs && at < toMs);
    const edges = [fromMs, ...inside, toMs];
    return Math.max(...edges.slice(1).map((at, index) => at - (edges[index] ?? at)));
  }
}
