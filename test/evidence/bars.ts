/** A chart of horizontal bars as inline SVG. The page that contains it sets the colours. */
import { type Html, html } from './html.ts';

export interface Bar {
  readonly name: string;
  readonly value: number;
  /** What stands at the end of the bar. */
  readonly text: string;
  /** Whether it is a fault, or something that is missing. */
  readonly isBad?: boolean;
}

const width = 760;
const rowHeight = 20;
const nameWidth = 330;
const textWidth = 110;

/** `max`: the value of a bar of full length; by default that of the longest one. */
export function bars(title: string, all: readonly Bar[], max?: number): Html {
  const longest = max ?? Math.max(0, ...all.map(({ value }) => value));
  const scale = (width - nameWidth - textWidth) / (longest || 1);
  const height = all.length * rowHeight;
  const rows = all.map(({ name, value, text, isBad = false }, row) => {
    const y = row * rowHeight;
    const length = Math.max(1, value * scale);
    const kind = isBad ? 'bar bad' : 'bar';
    return html`<text class="name" x="${at(nameWidth - 8)}" y="${at(y + 14)}">${name}</text>
<rect class="${kind}" x="${at(nameWidth)}" y="${at(y + 4)}" width="${at(length)}" height="${at(rowHeight - 8)}"/>
<text x="${at(nameWidth + length + 6)}" y="${at(y + 14)}">${text}</text>\n`;
  });
  return html`<svg viewBox="0 0 ${at(width)} ${at(height)}" role="img" aria-label="${title}">\n${rows}</svg>\n`;
}

function at(number: number): string {
  return String(Number(number.toFixed(1)));
}
