/** The picture of a sequence chart: a column for each peer, time going down. */
import type { JSX } from 'preact';
import { tones } from '../engine/protocol/messages.ts';
import { placeLabels } from './chart-labels.ts';
import type { Arrow, Chart, Mark } from './chart-layout.ts';
import { messageLabel } from './describe.ts';
import type { Point } from './geometry.ts';

const margin = 24;
/** Where on an arrow its label may stand. */
const labelParts = [1 / 3, 1 / 2, 2 / 3, 1 / 6, 5 / 6];
const marks: Readonly<Record<Mark['type'], string>> = {
  durable: '■',
  decided: '◆',
  down: '✗',
  up: '○',
  leader: '♛',
};

export interface ChartPictureProps {
  readonly chart: Chart;
  readonly peerCount: number;
  /** The time that is shown. Arrows of messages in transit end there. */
  readonly shownMs: number;
  readonly label: string;
  readonly width?: number;
  readonly height?: number;
  /** A style sheet, for pictures outside of the page. */
  readonly style?: string;
}

export function ChartPicture({
  chart,
  peerCount,
  shownMs,
  label,
  width = 560,
  height = 420,
  style,
}: ChartPictureProps): JSX.Element {
  const x = (peer: number) => margin + ((peer + 0.5) * (width - 2 * margin)) / peerCount;
  const y = (timeMs: number) =>
    margin + ((timeMs - chart.fromMs) / (chart.toMs - chart.fromMs)) * (height - 2 * margin);
  const scale: Scale = { x, y, shownMs, chart };
  const peers = Array.from({ length: peerCount }, (_, peer) => peer);
  const arrows = chart.arrows.map((arrow) => ({ arrow, ...placeArrow(arrow, scale) }));
  const labels = placeLabels(
    arrows.map(({ arrow, places }) => ({ text: messageLabel(arrow), places })),
  );
  return (
    <svg
      xmlns="http://www.w3.org/2000/svg"
      viewBox={`0 0 ${width} ${height}`}
      role="img"
      aria-label={label}
    >
      {style !== undefined && <style>{style}</style>}
      {peers.map((peer) => (
        <g key={peer}>
          <text class="column" x={x(peer)} y={14}>
            {peer}
          </text>
          <line class="column" x1={x(peer)} x2={x(peer)} y1={margin} y2={height - margin} />
        </g>
      ))}
      {arrows.map(({ arrow, start, tip }, index) => (
        <ArrowView key={arrow.key} arrow={arrow} start={start} tip={tip} label={labels[index]} />
      ))}
      {chart.marks.map((mark) => (
        <text
          key={mark.key}
          class={`mark ${mark.type}`}
          x={round(x(mark.peer))}
          y={round(y(mark.timeMs) + 4)}
        >
          {marks[mark.type]}
          <title>{mark.text}</title>
        </text>
      ))}
    </svg>
  );
}

interface Scale {
  readonly x: (peer: number) => number;
  readonly y: (timeMs: number) => number;
  readonly shownMs: number;
  readonly chart: Chart;
}

interface ArrowProps {
  readonly arrow: Arrow;
  readonly start: Point;
  readonly tip: Point;
  readonly label: Point | undefined;
}

function ArrowView({ arrow, start, tip, label }: ArrowProps): JSX.Element {
  const { kind, state } = arrow;
  return (
    <g class={`arrow ${tones[kind]}${state === 'lost' ? ' lost' : ''}`}>
      <line x1={start.x} y1={start.y} x2={tip.x} y2={tip.y} />
      {state === 'lost' ? (
        <text x={tip.x} y={round(tip.y + 4)}>
          ✗
        </text>
      ) : (
        <circle cx={tip.x} cy={tip.y} r={3} />
      )}
      {label !== undefined && (
        <text class="label" x={label.x} y={label.y}>
          {messageLabel(arrow)}
        </text>
      )}
    </g>
  );
}

/** A message that was lost at once has a short arrow. */
function placeArrow({ from, to, sentMs, endMs, state }: Arrow, { x, y, shownMs, chart }: Scale) {
  const isTimeless = endMs <= sentMs;
  const untilMs = state === 'under way' ? Math.min(endMs, shownMs) : endMs;
  const startMs = Math.max(sentMs, chart.fromMs);
  const tipMs = Math.max(startMs, untilMs);
  const partAt = (timeMs: number, timeless: number) =>
    isTimeless ? timeless : (timeMs - sentMs) / (endMs - sentMs);
  const at = (part: number, timeMs: number) => ({
    x: round(x(from) + (x(to) - x(from)) * part),
    y: round(y(timeMs)),
  });
  const [startPart, tipPart] = [partAt(startMs, 0), partAt(untilMs, 0.3)];
  const places = labelParts.map((part) => {
    const place = at(startPart + (tipPart - startPart) * part, startMs + (tipMs - startMs) * part);
    return { ...place, y: round(place.y - 3) };
  });
  return { start: at(startPart, startMs), tip: at(tipPart, tipMs), places };
}

/** Rounds to tenths, which keeps pictures small and is finer than a screen. */
function round(value: number): number {
  return Math.round(value * 10) / 10;
}
