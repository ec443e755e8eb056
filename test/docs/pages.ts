/** The Markdown pages of the repository, and parsers for the tests of documents. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../../../', import.meta.url));

const skipped = new Set(['node_modules', 'dist']);

/** Files with this ending, as paths from the root. */
export async function findFiles(ending: string, folder = ''): Promise<string[]> {
  const entries = await readdir(join(root, folder), { withFileTypes: true });
  const found = await Promise.all(
    entries.map(async (entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) {
        return skipped.has(entry.name) || entry.name.startsWith('.') ? [] : findFiles(ending, path);
      }
      return path.endsWith(ending) ? [path] : [];
    }),
  );
  return found.flat().sort();
}

export function readPage(path: string): Promise<string> {
  return readFile(join(root, path), 'utf8');
}

/** The section from the heading to the next one of the same or a higher level. */
export function sectionOf(text: string, heading: string): string {
  const level = /^#+/.exec(heading)?.[0].length ?? 1;
  const start = text.indexOf(`${heading}\n`);
  if (start < 0) throw new Error(`there is no heading ${heading}`);
  const body = text.slice(start + heading.length);
  const end = body.search(new RegExp(`^#{1,${level}} `, 'm'));
  return end < 0 ? body : body.slice(0, end);
}

/** The cells of each row of the first table, without the header. */
export function rowsOf(section: string): string[][] {
  const lines = section.split('\n');
  const first = lines.findIndex((line) => line.startsWith('|'));
  const rest = lines.slice(first + 2);
  const after = rest.findIndex((line) => !line.startsWith('|'));
  const rows = after < 0 ? rest : rest.slice(0, after);
  return rows.map((row) =>
    row
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

/** The text in backquotes. */
export function codeIn(text: string): string[] {
  return [...text.matchAll(/`([^`]+)`/g)].map(([, code = '']) => code);
}

/** The fenced blocks of one language. */
export function blocksOf(text: string, language: string): string[] {
  const pattern = new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, 'gms');
  return [...text.matchAll(pattern)].map(([, block = '']) => block);
}

/** A command line and its output. */
export interface ShellExample {
  readonly command: string;
  readonly output: string;
}

/** The commands of the blocks that show a terminal. */
export function commandsOf(text: string): ShellExample[] {
  return blocksOf(text, 'console').flatMap((block) =>
    block.split(/^\$ /m).flatMap((example) => {
      const [command = '', ...output] = example.trimEnd().split('\n');
      return command === '' ? [] : [{ command, output: output.join('\n') }];
    }),
  );
}
