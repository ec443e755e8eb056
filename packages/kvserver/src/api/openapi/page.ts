/** The OpenAPI document as a page for people. It has no script and loads nothing, so it works offline. */
import { createHash } from 'node:crypto';
import { errorCodes, type KvErrorCode } from '@paxkv/protocol';
import { titleOf } from '../http/problem.ts';
import type { OpenApiDocument } from './document.ts';
import { statusesOf } from './error-responses.ts';

const style = `
body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1b1b1f;background:#fff}
code,pre{font:14px/1.4 ui-monospace,monospace}
pre{background:#f4f4f6;padding:.75rem;overflow:auto;max-height:24rem}
section{border-top:1px solid #d8d8dd;padding-top:.5rem}
table{border-collapse:collapse;width:100%}
td,th{border:1px solid #d8d8dd;padding:.25rem .5rem;text-align:left;vertical-align:top}
:target{background:#fff3c4}
@media(prefers-color-scheme:dark){body{color:#e6e6ea;background:#16161a}pre{background:#222228}
td,th,section{border-color:#3a3a42}a{color:#8ab4f8}:target{background:#4a3f10}}
`;

/** What the page may do: apply its own style, and nothing else. */
export const pageHeaders: Readonly<Record<string, string>> = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': [
    "default-src 'none'",
    `style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; '),
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
};

/** The page: operations by tag, then every error code, each with an anchor of its own. */
export function toPage(document: OpenApiDocument): string {
  const { title, version, description } = document.info;
  return [
    '<!doctype html><html lang="en"><head><meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width,initial-scale=1">',
    `<title>${toHtml(title)} ${toHtml(version)}: HTTP</title><style>${style}</style></head><body>`,
    `<h1>${toHtml(title)} ${toHtml(version)}</h1><p>${toHtml(description)}</p>`,
    '<p>For programs: <a href="openapi.json">openapi.json</a> (OpenAPI 3.1).</p>',
    ...document.tags.map(({ name }) => toChapter(document, String(name))),
    toErrors(),
    '</body></html>\n',
  ].join('\n');
}

function toChapter({ paths }: OpenApiDocument, tag: string): string {
  const sections = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods)
      .filter(([, { tags }]) => tags[0] === tag)
      .map(([method, operation]) => toSection(`${method.toUpperCase()} ${path}`, operation)),
  );
  return `<h2>${toHtml(tag)}</h2>\n${sections.join('\n')}`;
}

type Operation = OpenApiDocument['paths'][string][string];

function toSection(heading: string, operation: Operation): string {
  const { operationId, summary, parameters = [], requestBody, responses } = operation;
  const rows = parameters.map(
    ({ name, in: place, description }) =>
      `<tr><td><code>${toHtml(name)}</code></td><td>${toHtml(place)}</td><td>${toHtml(description)}</td></tr>`,
  );
  const table = rows.length === 0 ? '' : `<table>${rows.join('')}</table>`;
  const body = requestBody === undefined ? '' : `<p>Body:</p>${toSource(requestBody)}`;
  const replies = Object.entries(responses).map(([status, { description, content }]) => {
    const source = Number(status) < 300 && content !== undefined ? toSource(content) : '';
    return `<tr><td>${status}</td><td>${toLinks(String(description))}${source}</td></tr>`;
  });
  return [
    `<section id="${operationId}"><h3><code>${toHtml(heading)}</code></h3><p>${toHtml(summary)}.</p>`,
    `${table}${body}<p>Replies:</p><table>${replies.join('')}</table></section>`,
  ].join('');
}

function toErrors(): string {
  const rows = (Object.keys(errorCodes) as KvErrorCode[])
    .filter((code) => errorCodes[code].status !== null)
    .map((code) => {
      const cells = [titleOf(code), statusesOf(code).join(', '), errorCodes[code].outcome];
      const rest = cells.map((cell) => `<td>${toHtml(cell)}</td>`).join('');
      return `<tr id="${code}"><td><code>${code}</code></td>${rest}</tr>`;
    });
  const head = ['Code', 'Title', 'Status', 'Outcome'].map((cell) => `<th>${cell}</th>`).join('');
  return `<h2 id="errors">Errors</h2><table><tr>${head}</tr>${rows.join('\n')}</table>`;
}

function toLinks(text: string): string {
  return toHtml(text).replaceAll(/KV_[A-Z_]+/g, (code) => `<a href="#${code}">${code}</a>`);
}

function toSource(part: unknown): string {
  return `<pre>${toHtml(JSON.stringify(part, undefined, 2))}</pre>`;
}

function toHtml(text: unknown): string {
  const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };
  return String(text).replaceAll(/[&<>"]/g, (one) => entities[one] ?? '&quot;');
}
