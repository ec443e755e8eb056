/** Exposition: metrics as the text that Prometheus reads. */
import { Gauge, Registry } from 'prom-client';
import type { HistogramReading } from './duration-histogram.ts';
import type { HistogramSample, MetricSpec, Sample } from './metric-spec.ts';

type Values = Awaited<ReturnType<Gauge['get']>>['values'];

/** One value of a histogram: the registry takes the name of each from `metricName`. */
interface NamedValue {
  readonly value: number;
  readonly labels: Record<string, string | number>;
  readonly metricName: string;
}

export class Exposition<F> {
  readonly #registry = new Registry();
  readonly #read: () => F | Promise<F>;
  #facts: F | undefined;

  /** `read` is called once for each scrape. */
  constructor(specs: readonly MetricSpec<F>[], read: () => F | Promise<F>) {
    this.#read = read;
    for (const spec of specs) {
      this.#registry.registerMetric(new LazyMetric(spec, () => this.#facts));
    }
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  /** All metrics at this moment, each line ended by a newline. */
  async text(): Promise<string> {
    this.#facts = await this.#read();
    return this.#registry.metrics();
  }
}

/** The registry formats whatever `get` returns, with the name, the help and the `type` of the metric. */
class LazyMetric<F> extends Gauge {
  /** `Gauge` sets it to its own kind. */
  readonly type: MetricSpec<F>['type'];
  readonly #spec: MetricSpec<F>;
  readonly #facts: () => F | undefined;

  constructor(spec: MetricSpec<F>, facts: () => F | undefined) {
    const { name, help, labels = [] } = spec;
    super({ name, help, labelNames: labels, registers: [] });
    this.type = spec.type;
    this.#spec = spec;
    this.#facts = facts;
  }

  override async get(): ReturnType<Gauge['get']> {
    return { ...(await super.get()), values: this.#values() };
  }

  #values(): Values {
    const facts = this.#facts();
    if (facts === undefined) return [];
    const spec = this.#spec;
    if (spec.type === 'histogram') {
      return spec.read(facts).flatMap((each) => valuesOf(spec.name, each));
    }
    return samplesOf(spec.read(facts)).map(({ labels = {}, value }) => ({ labels, value }));
  }
}

function samplesOf(found: number | undefined | readonly Sample[]): readonly Sample[] {
  if (found === undefined) return [];
  return typeof found === 'number' ? [{ value: found }] : found;
}

function valuesOf(name: string, { labels = {}, reading }: HistogramSample): NamedValue[] {
  const bucket = (le: number | string, value: number) => ({
    metricName: `${name}_bucket`,
    labels: { ...labels, le },
    value,
  });
  return [
    ...bucketsOf(reading).map(([le, value]) => bucket(le, value)),
    bucket('+Inf', reading.count),
    { metricName: `${name}_sum`, labels, value: reading.sumSeconds },
    { metricName: `${name}_count`, labels, value: reading.count },
  ];
}

function bucketsOf({ bounds, cumulative }: HistogramReading): [number, number][] {
  return bounds.map((bound, index) => [bound, cumulative[index] ?? 0]);
}
