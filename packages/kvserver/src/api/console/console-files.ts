/** The files of the console: the page that a browser shows at `/`. They are built before the package is packed. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** One file of the page, ready to be sent. */
export interface ConsoleFile {
  /** Where the server offers it. */
  readonly path: string;
  readonly contentType: string;
  readonly body: Buffer;
  /** Changes with the content. */
  readonly etag: string;
}

/** Where a browser finds the page itself. */
export const consolePath = '/console';

/** Where the build puts the page: `dist/console`. This file runs from `dist/api/console`. */
const consoleFolder = fileURLToPath(new URL('../../console/', import.meta.url));

const parts = [
  { path: consolePath, name: 'index.html', contentType: 'text/html; charset=utf-8' },
  {
    path: `${consolePath}/page.js`,
    name: 'page.js',
    contentType: 'text/javascript; charset=utf-8',
  },
  { path: `${consolePath}/page.css`, name: 'page.css', contentType: 'text/css; charset=utf-8' },
] as const;

/** Reads the page once. The list is empty if no page was built, as in a bundle of other makers. */
export function readConsoleFiles(folder = consoleFolder): ConsoleFile[] {
  try {
    return parts.map(({ path, name, contentType }) => {
      const body = readFileSync(`${folder}/${name}`);
      return { path, contentType, body, etag: etagOf(body) };
    });
  } catch (error) {
    if (isAbsence(error)) return [];
    throw error;
  }
}

function etagOf(body: Buffer): string {
  return `"${createHash('sha256').update(body).digest('base64url').slice(0, 27)}"`;
}

function isAbsence(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
