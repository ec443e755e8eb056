/** The sequence chart of the run, and a list of the latest events. */
import type { JSX } from 'preact';
import type { Occurrence } from '../engine/timeline/frame.ts';
import { layoutChart, windowMs } from './chart-layout.ts';
import { ChartPicture } from './chart-picture.tsx';
import type { ViewProps } from './context.ts';
import { occurrenceText } from './describe.ts';

const eventCountMax = 12;
/** On a narrow screen the chart is narrower instead of smaller, so that its texts stay readable. */
const narrowWidth = 380;

export function SequenceChart({ model, texts }: ViewProps): JSX.Element {
  const { timeline, player } = model;
  const { shownMs } = player;
  const frames = timeline.frames.slice(0, timeline.cursor + 1);
  const fromMs = Math.max(0, shownMs - windowMs);
  const chart = layoutChart(frames, { fromMs, toMs: fromMs + windowMs });
  const peerCount = timeline.frame.peers.length;
  return (
    <section class="chart">
      <h2>{texts.chart.heading}</h2>
      <ChartPicture
        chart={chart}
        peerCount={peerCount}
        shownMs={shownMs}
        label={texts.chart.heading}
        {...(model.screen.isNarrow() && { width: narrowWidth })}
      />
      <Events model={model} texts={texts} />
    </section>
  );
}

function Events({ model, texts }: ViewProps): JSX.Element {
  const { frames, cursor } = model.timeline;
  const lines: {
    readonly key: string;
    readonly timeMs: number;
    readonly occurrence: Occurrence;
  }[] = [];
  for (let moment = cursor; moment >= 0 && lines.length < eventCountMax; moment -= 1) {
    const frame = frames[moment];
    for (const [index, occurrence] of [...(frame?.occurrences ?? []).entries()].reverse()) {
      lines.push({ key: `${moment}.${index}`, timeMs: frame?.timeMs ?? 0, occurrence });
    }
  }
  return (
    <details open>
      <summary>{texts.chart.events}</summary>
      <ol class="events">
        {lines.slice(0, eventCountMax).map(({ key, timeMs, occurrence }) => (
          <li key={key} class={occurrence.type}>
            <span class="when">{timeMs.toFixed(1)}</span> {occurrenceText(occurrence)}
          </li>
        ))}
      </ol>
    </details>
  );
}
