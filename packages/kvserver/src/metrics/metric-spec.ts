/**
 * The form in which each metric is declared: its name, its meaning, its labels, and how to read its samples. Samples
 * are read when the server is scraped; until then a gauge costs nothing.
 * Rule: labels have few values. None holds a key, a session or an address of a client.
 */
import type { HistogramReading } from './duration-histogram.ts';

/** The labels of one sample. A peer is given as its node. */
export type Labels = Readonly<Record<string, string | number>>;

export interface Sample {
  readonly labels?: Labels;
  readonly value: number;
}

export interface HistogramSample {
  readonly labels?: Labels;
  readonly reading: HistogramReading;
}

interface Described {
  /** As Prometheus recommends: the unit comes last, and `_total` ends the name of a counter. */
  readonly name: string;
  /** For people; a sentence without its full stop. */
  readonly help: string;
  /** The names of its labels. Default: none. */
  readonly labels?: readonly string[];
}

/** A number at this moment, or one that only rises until the process ends. */
export interface NumberSpec<F> extends Described {
  readonly type: 'counter' | 'gauge';
  /** A number alone is the only sample. `undefined`: there is no sample at this moment. */
  readonly read: (facts: F) => number | undefined | readonly Sample[];
}

export interface HistogramSpec<F> extends Described {
  readonly type: 'histogram';
  readonly read: (facts: F) => readonly HistogramSample[];
}

/** A metric that is read from facts of type `F`. */
export type MetricSpec<F> = NumberSpec<F> | HistogramSpec<F>;
