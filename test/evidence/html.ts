/** HTML from data: every text is escaped once, here. */

/** A piece of HTML that is complete in itself. */
export interface Html {
  readonly html: string;
}

type Part = Html | string | number | readonly Part[];

/** A template whose texts are escaped, unless they are pieces of HTML. */
export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Html {
  const texts = strings.flatMap((text, index) => [text, toText(parts[index] ?? '')]);
  return { html: texts.join('') };
}

function toText(part: Part): string {
  if (typeof part === 'string') return toEscaped(part);
  if (typeof part === 'number') return part.toLocaleString('en-US');
  return 'html' in part ? part.html : part.map(toText).join('');
}

function toEscaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

/** The first cell of each row is its heading. */
export function table(heads: readonly string[], rows: readonly (readonly Part[])[]): Html {
  const head = heads.map((text) => html`<th scope="col">${text}</th>`);
  const body = rows.map(([first = '', ...cells]) => {
    const rest = cells.map((cell) => html`<td>${cell}</td>`);
    return html`<tr><th scope="row">${first}</th>${rest}</tr>\n`;
  });
  return html`<div class="wide"><table>\n<thead><tr>${head}</tr></thead>\n<tbody>\n${body}</tbody>\n</table></div>\n`;
}

/** A verdict in a word and a colour. */
export function verdict(hasPassed: boolean): Html {
  return hasPassed ? html`<b class="good">passed</b>` : html`<b class="bad">failed</b>`;
}

export function tellMs(ms: number): string {
  return ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`;
}
