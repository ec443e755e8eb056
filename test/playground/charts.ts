/**
 * The sequence charts of docs/protocol.md, drawn by the playground from runs of its lessons.
 * `node test/dist/playground/write-charts.js` writes them anew.
 */
import { Session, shippedOnly } from '@paxkv/playground';
import { lessons } from '@paxkv/playground/internal/lessons/lessons';
import { Progress } from '@paxkv/playground/internal/lessons/progress';
import { layoutChart } from '@paxkv/playground/internal/ui/chart-layout';
import { ChartPicture } from '@paxkv/playground/internal/ui/chart-picture';
import { h } from 'preact';
import { renderToString } from 'preact-render-to-string';

export interface DocumentChart {
  /** Without folder and ending. */
  readonly name: string;
  readonly lesson: string;
  /** The steps of the lesson that are shown: the first, and the one after the last. */
  readonly steps: readonly [number, number];
  readonly label: string;
  /** Shows no more than this. */
  readonly msMax: number;
}

/** A page of text is read at once, so a chart is not higher than a screen. */
const pixelsPerMs = 16;
const heightMax = 640;

export const documentCharts: readonly DocumentChart[] = [
  {
    name: 'agreement',
    lesson: 'single-decree',
    steps: [0, 3],
    label: 'Peer 0 prepares, asks for votes, and tells the decision',
    msMax: 40,
  },
  {
    name: 'rejection',
    lesson: 'duelling-proposers',
    steps: [0, 2],
    label: 'Two proposers: one is refused, backs off, and adopts the value of the other',
    msMax: 40,
  },
  {
    name: 'leading',
    lesson: 'leader',
    steps: [0, 2],
    label: 'A candidate asks whether anyone hears a leader, then for the promise of the log',
    msMax: 50,
  },
  {
    name: 'fail-over',
    lesson: 'fail-over',
    steps: [1, 2],
    label: 'The leader crashes, and the next peer takes over',
    msMax: 40,
  },
  {
    name: 'reading',
    lesson: 'quorum-reads',
    steps: [1, 2],
    label: 'A get asks a quorum how far it voted',
    msMax: 30,
  },
  {
    name: 'catching-up',
    lesson: 'gaps',
    steps: [1, 3],
    label: 'A peer that was down asks for the decisions that it lacks',
    msMax: 40,
  },
  {
    name: 'rejoining',
    lesson: 'lost-memory',
    steps: [1, 3],
    label: 'A peer that lost its disk asks the others to admit it',
    msMax: 40,
  },
];

/** Colours for a light and a dark page, as those of the playground. */
const style = `
text{font:12px system-ui,sans-serif;text-anchor:middle;fill:#1b2330}
line{stroke:#cdd4de}.label{font-size:9px}.durable{font-size:9px}.decided{font-size:15px}
.arrow line{stroke:var(--t);stroke-width:1.5}.arrow circle,.arrow text{fill:var(--t)}
.lost line{stroke-dasharray:4 4}
.prepare{--t:#6b4fc4}.vote{--t:#1f6fd0}.decision{--t:#1a7f45}.refusal{--t:#c0362c}
.leader{--t:#a35a00}.reading{--t:#0e7c86}.recovery{--t:#a83279}
@media(prefers-color-scheme:dark){text{fill:#e6ebf2}line{stroke:#3a4453}
.prepare{--t:#b8a2ff}.vote{--t:#7fb2ff}.decision{--t:#6fd598}.refusal{--t:#ff8a80}
.leader{--t:#f0b35a}.reading{--t:#66d0da}.recovery{--t:#f29ac9}}`.replaceAll('\n', '');

export async function drawChart({
  lesson: id,
  steps,
  label,
  msMax,
}: DocumentChart): Promise<string> {
  const lesson = lessons.find((each) => each.id === id);
  if (lesson === undefined) throw new Error(`There is no lesson ${id}.`);
  const session = await Session.open(lesson.settings, shippedOnly);
  const progress = new Progress(lesson, session);
  const [first, end] = steps;
  while (progress.doneCount < first) await progress.complete();
  const fromMs = session.frame.timeMs;
  const begin = session.head;
  while (progress.doneCount < end) await progress.complete();
  const toMs = Math.min(session.frame.timeMs, fromMs + msMax);
  const frames = session.frames.slice(begin).filter(({ timeMs }) => timeMs <= toMs);
  const height = Math.round(Math.min(heightMax, 48 + (toMs - fromMs) * pixelsPerMs));
  const chart = layoutChart(frames, { fromMs, toMs });
  const { peerCount } = lesson.settings;
  const picture = h(ChartPicture, { chart, peerCount, shownMs: toMs, label, height, style });
  return `${renderToString(picture)}\n`;
}
