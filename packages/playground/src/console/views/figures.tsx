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
  'diskMedianMs',
  'diskSlowMs',
];
/** Measures that not every server reports. They are shown once there is a value. */
const optional: readonly Measure[] = ['diskMedianMs', 'diskSlowMs'];
/** The least value at the upper edge, so that a line of ones and zeros does not look like an alarm. */
const scales: Readonly<Record<Measure, number>> = {
  writes: 1,
  instances: 1,
  pending: 10,
  lag: 10,
  retained: 10,
  residentBytes: 1,
  diskMedianMs: 10,
  diskSlowMs: 10,
};
const mebibyte = 1024 * 1024;

export function Figures({ model, status, texts }: StatusProps): JSX.Element {
  return (
    <section class="panel figures">
      <h2>{texts.figures.heading}</h2>
      <dl>
        {measures.map((measure) => {
          const values = model.history.valuesOf(measure);
          const isMeasured = values.some((value) => value !== undefined);
          if (!isMeasured && optional.includes(measure)) return null;
          return (
            <div key={measure} data-measure={measure}>
              <dt>{texts.measures[measure]}</dt>
              <dd>
                <span class="figure">
                  {figureText(measure, values.at(-1), texts)}
                  {measure === 'retained' && bytesText(status.retainedBytes)}
                </span>
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
  if (measure.endsWith('Ms')) return `${numberText(value)} ms`;
  const isRate = measure === 'writes' || measure === 'instances';
  return isRate ? `${numberText(value)} ${figures.perSecond}` : numberText(value);
}

/** With the comma that separates it from the number of instances. */
function bytesText(bytes: number | undefined): string {
  return bytes === undefined ? '' : `, ${(bytes / mebibyte).toFixed(1)} MiB`;
}

function numberText(value: number): string {
  return value < 10 && !Number.isInteger(value) ? value.toFixed(1) : `${Math.round(value)}`;
}
