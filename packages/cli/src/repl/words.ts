/** Splits a line into words, as a POSIX shell does: quotes and backslashes, but no variables, patterns or pipes. */
import { CliError } from '../cli-error.ts';

/** Between double quotes, a backslash stands for itself before any other character. */
const escapedInQuotes = new Set(['"', '\\', '$', '`']);

/**
 * The words of the line, without their quotes. A `#` at the start of a word begins a comment.
 *
 * @throws CliError `CLI_USAGE` if a quote or a backslash is not followed by what it needs
 */
export function wordsOf(line: string): readonly string[] {
  const words: string[] = [];
  let rest = line.trimStart();
  while (rest !== '' && !rest.startsWith('#')) {
    const { word, length } = firstWord(rest);
    words.push(word);
    rest = rest.slice(length).trimStart();
  }
  return words;
}

/** The word at the start of the text, and how many characters of the text it takes. */
function firstWord(text: string): { readonly word: string; readonly length: number } {
  let word = '';
  let quote: string | undefined;
  let at = 0;
  for (; at < text.length; at += 1) {
    const character = text[at] ?? '';
    const next = text[at + 1];
    if (quote === undefined && /\s/.test(character)) break;
    if (character === quote) {
      quote = undefined;
    } else if (quote === undefined && (character === '"' || character === "'")) {
      quote = character;
    } else if (character === '\\' && quote !== "'") {
      if (next === undefined) throw new CliError('CLI_USAGE', 'a backslash ends the line');
      word += quote === undefined || escapedInQuotes.has(next) ? next : `\\${next}`;
      at += 1;
    } else {
      word += character;
    }
  }
  if (quote !== undefined) throw new CliError('CLI_USAGE', `a closing ${quote} is missing`);
  return { word, length: at };
}
