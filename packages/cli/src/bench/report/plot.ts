/** Bar charts as inline SVG. The page that contains them sets the colours. */

export interface Plot {
  readonly title: string;
  readonly bars: readonly PlotBar[];
}

export interface PlotBar {
  readonly label: string;
  readonly height: number;
  /** The height as it is printed. */
  readonly text: string;
}

const width = 720;
const height = 220;
const marginTop = 24;
const marginBottom = 22;
/** Leaves room for half a label beside the first and the last bar. */
const marginSide = 24;
const labelCountMax = 12;
/** With more bars there is no room for a text above each. */
const textCountMax = 16;

export function toSvg({ title, bars }: Plot): string {
  const heightMax = Math.max(Number.EPSILON, ...bars.map((bar) => bar.height));
  const step = (width - 2 * marginSide) / Math.max(1, bars.length);
  const labelEvery = Math.ceil(bars.length / labelCountMax);
  const shapes = bars.map((bar, index) => {
    const x = marginSide + index * step;
    const length = (bar.height / heightMax) * (height - marginTop - marginBottom);
    const y = height - marginBottom - length;
    const middle = (x + step / 2).toFixed(1);
    const gap = bars.length > textCountMax ? 0.5 : 4;
    const rect =
      `<rect x="${(x + gap / 2).toFixed(1)}" y="${y.toFixed(1)}" ` +
      `width="${Math.max(0.5, step - gap).toFixed(1)}" height="${length.toFixed(1)}">` +
      `<title>${escapeText(`${bar.label}: ${bar.text}`)}</title></rect>`;
    const text =
      bars.length > textCountMax
        ? ''
        : `<text x="${middle}" y="${(y - 6).toFixed(1)}">${escapeText(bar.text)}</text>`;
    const label =
      index % labelEvery === 0
        ? `<text class="label" x="${middle}" y="${height - 6}">${escapeText(bar.label)}</text>`
        : '';
    return rect + text + label;
  });
  const floor = height - marginBottom;
  const isScaled = bars.length > textCountMax;
  return [
    `<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${escapeText(title)}">`,
    `<line x1="0" y1="${floor}" x2="${width}" y2="${floor}"/>`,
    ...shapes,
    ...(isScaled ? [scaleOf(bars)] : []),
    '</svg>',
  ].join('\n');
}

/** A line at the highest bar with its value, for charts without a text at each bar. */
function scaleOf(bars: readonly PlotBar[]): string {
  const { text } = bars.reduce((one, other) => (other.height > one.height ? other : one));
  const line = `<line class="scale" x1="0" y1="${marginTop}" x2="${width}" y2="${marginTop}"/>`;
  return `${line}<text class="scale" x="0" y="${marginTop - 6}">${escapeText(text)}</text>`;
}

export function escapeText(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
