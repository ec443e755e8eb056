/** A line chart as inline SVG. The page that contains it sets the colours. */

export interface Line {
  readonly name: string;
  readonly points: readonly { readonly x: number; readonly y: number | undefined }[];
}

export interface LineChart {
  readonly title: string;
  readonly lines: readonly Line[];
  /** A span of the horizontal axis to shade. */
  readonly shaded: { readonly from: number; readonly to: number; readonly label: string };
  /** Formats a value of either axis. */
  readonly xText: (x: number) => string;
  readonly yText: (y: number) => string;
}

const width = 760;
const height = 260;
const margin = { left: 64, right: 12, top: 12, bottom: 28 };
const tickCount = 5;

export function toLineChart(chart: LineChart): string {
  const { title, lines, shaded, xText, yText } = chart;
  const points = lines.flatMap((line) => line.points);
  const xMax = Math.max(1, ...points.map(({ x }) => x));
  const yMax = Math.max(1, ...points.map(({ y = 0 }) => y));
  const toX = (x: number) => margin.left + (x / xMax) * (width - margin.left - margin.right);
  const toY = (y: number) => height - margin.bottom - (y / yMax) * plotHeight;
  const ticks = Array.from({ length: tickCount }, (_, index) => index / (tickCount - 1));
  const [from, to] = [toX(shaded.from), toX(shaded.to)];
  return [
    `<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${title}">`,
    `<rect x="${fixed(from)}" y="${margin.top}" width="${fixed(to - from)}" height="${plotHeight}"/>`,
    `<text class="shade" x="${fixed(from + 6)}" y="${margin.top + 14}">${shaded.label}</text>`,
    ...ticks.map((share) => toYTick(toY(share * yMax), yText(share * yMax))),
    ...ticks.map((share) => toXTick(toX(share * xMax), xText(share * xMax))),
    ...lines.map((line, index) => `<path class="line-${index}" d="${toPath(line, toX, toY)}"/>`),
    '</svg>',
  ].join('\n');
}

const plotHeight = height - margin.top - margin.bottom;

/** Where a value is missing, the line is interrupted. */
function toPath({ points }: Line, toX: (x: number) => number, toY: (y: number) => number): string {
  let command = 'M';
  const parts: string[] = [];
  for (const { x, y } of points) {
    if (y !== undefined) parts.push(`${command}${fixed(toX(x))} ${fixed(toY(y))}`);
    command = y === undefined ? 'M' : 'L';
  }
  return parts.join('');
}

function toYTick(y: number, text: string): string {
  const line = `<line x1="${margin.left}" y1="${fixed(y)}" x2="${width - margin.right}" y2="${fixed(y)}"/>`;
  return `${line}<text class="y" x="${margin.left - 6}" y="${fixed(y + 4)}">${text}</text>`;
}

function toXTick(x: number, text: string): string {
  return `<text class="x" x="${fixed(x)}" y="${height - 8}">${text}</text>`;
}

function fixed(number: number): string {
  return number.toFixed(1);
}
