/** All metrics of a server and of its process, as the text that `GET /metrics` sends. */
import { Exposition } from './exposition.ts';
import type { MetricFacts } from './facts.ts';
import { processMetrics } from './process-metrics.ts';
import { serverSpecs } from './server-specs.ts';
import { storageSpecs } from './storage-specs.ts';
import { trafficSpecs } from './traffic-specs.ts';

/** Every metric of the server itself. */
export const metricSpecs = [...serverSpecs, ...trafficSpecs, ...storageSpecs];

export class ServerMetrics {
  readonly #exposition: Exposition<MetricFacts>;

  /** `read` is called once for each scrape. */
  constructor(read: () => Promise<MetricFacts>) {
    this.#exposition = new Exposition(metricSpecs, read);
  }

  get contentType(): string {
    return this.#exposition.contentType;
  }

  async text(): Promise<string> {
    return `${await this.#exposition.text()}${await processMetrics()}`;
  }
}
