/** Figures of the last minutes, each with a sparkline. */
import type { JSX } from 'preact';
import { type Measure, sampleCountMax } from '../history.ts';
import { sparklineHeight, sparklinePath, sparklineWidth } from '../sparkline.ts';
import type { ConsoleTexts } from '../texts.ts';
import type { StatusProps } from './view-props.ts';

const measures: readonly Measure[] = [
  'writes',
  'instances',
  'pending',
  'lag',
  'retained',
  'residentBytes',
];
/** The least value at the upper edge, so that a line of ones and zeros does not look like an alarm. */
const scales: Readonly<Record<Measure, number>> = {
  writes: 1,
  instances: 1,
  pending: 10,
  lag: 10,
  retained: 10,
  residentBytes: 1,
};
const mebibyte = 1024 * 1024;

export function Figures({ model, texts }: StatusProps): JSX.Element {
  return (
    <section class="panel figures">
      <h2>{texts.figures.heading}</h2>
      <dl>
        {measures.map((measure) => {
          const values = model.history.valuesOf(measure);
          return (
            <div key={measure} data-measure={measure}>
              <dt>{texts.measures[measure]}</dt>
              <dd>
                <span class="figure">{figureText(measure, values.at(-1), texts)}</span>
                <svg
                  class="sparkline"
                  viewBox={`0 0 ${sparklineWidth} ${sparklineHeight}`}
                  preserveAspectRatio="none"
                  role="presentation"
                >
                  <path d={sparklinePath(values, sampleCountMax, scales[measure])} />
                </svg>
              </dd>
            </div>
          );
        })}
      </dl>
    </section>
  );
}

/** The latest value with its unit. */
export function figureText(
  measure: Measure,
  value: number | undefined,
  { figures }: ConsoleTexts,
): string {
  if (value === undefined) return figures.none;
  if (measure === 'residentBytes') return `${Math.round(value / mebibyte)} MiB`;
  const isRate = measure === 'writes' || measure === 'instances';
  return isRate ? `${numberText(value)} ${figures.perSecond}` : numberText(value);
}

function numberText(value: number): string {
  return value < 10 && !Number.isInteger(value) ? value.toFixed(1) : `${Math.round(value)}`;
}
