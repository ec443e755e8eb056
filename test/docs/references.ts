/**
 * References of a document to the code: `[file.ts]`, followed by the names that matter there in backquotes.
 * The paths are defined once, at the end of the page, as Markdown's link definitions.
 */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { codeIn, readPage, root } from './pages.ts';

/** One reference, in the words of the page. */
export interface Reference {
  /** The text in brackets: a file's name, or the id of a lesson. */
  readonly label: string;
  /** Symbols of a source, or titles of tests. */
  readonly names: readonly string[];
}

export function referencesIn(text: string): Reference[] {
  const prose = text.replaceAll(/^```.*?^```$/gms, '').replaceAll(/^\[[^\]]+\]: .*$/gm, '');
  const pattern = /(?<!!)\[([^\]]+)\](?![(:])((?:\s`[^`]+`(?:, `[^`]+`)*)?)/g;
  return [...prose.matchAll(pattern)].map(([, label = '', names = '']) => ({
    label,
    names: codeIn(names),
  }));
}

/** The link definitions of a page: paths from the root, by label. */
export async function definitionsOf(page: string): Promise<Map<string, string>> {
  const text = await readPage(page);
  return new Map(
    [...text.matchAll(/^\[([^\]]+)\]: (\S+)$/gm)].map(([, label = '', target = '']) => [
      label,
      join(dirname(page), target),
    ]),
  );
}

/** Whether a source declares this name: a member, a function, a type or a constant. */
function declares(source: string, name: string): boolean {
  const escaped = name.replaceAll(/[#$]/g, '\\$&');
  const modifiers = '(?:export |readonly |static |async |get )*';
  const kinds = '(?:function |class |interface |type |const )?';
  return new RegExp(`^ *${modifiers}${kinds}${escaped}[?<(:; ]`, 'm').test(source);
}

/** What is wrong with one reference, or `undefined`. */
export async function faultOf(
  { label, names }: Reference,
  definitions: ReadonlyMap<string, string>,
): Promise<string | undefined> {
  const path = definitions.get(label);
  if (path === undefined) return `[${label}] has no link`;
  if (!existsSync(join(root, path))) return `[${label}] leads to ${path}, which does not exist`;
  const source = (await readPage(path)).replaceAll("\\'", "'");
  if (path.includes('/lessons/'))
    return source.includes(`id: '${label}'`) ? undefined : `${path} has no lesson ${label}`;
  const isTest = path.startsWith('test/');
  if (names.length === 0) return `[${label}] names nothing`;
  const missing = names.filter((name) =>
    isTest ? !source.includes(name) : !declares(source, name),
  );
  return missing.length === 0 ? undefined : `${path} has no ${missing.join(', ')}`;
}
