/** Reads the metrics of a server as Prometheus does. */
import { setTimeout as pause } from 'node:timers/promises';

const pollMs = 50;

/** The samples of one scrape. */
export class Scrape {
  readonly text: string;
  readonly #values: ReadonlyMap<string, number>;

  constructor(text: string) {
    this.text = text;
    const samples = [...text.matchAll(/^([a-z_]+(?:\{[^\n]*\})?) (\S+)$/gm)];
    this.#values = new Map(samples.map(([, name = '', value]) => [name, Number(value)]));
  }

  /** @throws Error if the server is not reached */
  static async of(address: string): Promise<Scrape> {
    const response = await fetch(`http://${address}/metrics`);
    const text = await response.text();
    if (!response.ok) throw new Error(`${address} answered ${response.status}: ${text}`);
    return new Scrape(text);
  }

  /** Scrapes until a condition holds. */
  static async until(address: string, holds: (scrape: Scrape) => boolean): Promise<Scrape> {
    for (;;) {
      const scrape = await Scrape.of(address);
      if (holds(scrape)) return scrape;
      await pause(pollMs);
    }
  }

  /** The value of a sample, by its name with its labels; `undefined` if there is none. */
  at(sample: string): number | undefined {
    return this.#values.get(sample);
  }

  /** All samples whose name with its labels matches, added up; 0 if there is none. */
  sum(pattern: RegExp): number {
    let sum = 0;
    for (const [sample, value] of this.#values) if (pattern.test(sample)) sum += value;
    return sum;
  }
}
