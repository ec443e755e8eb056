/** The lines that a user types at a prompt, or that a pipe gives. */
import { createInterface, type Interface } from 'node:readline';
import type { Readable } from 'node:stream';
import type { History } from './history.ts';

const prompt = 'paxkv> ';

export interface TerminalParts {
  readonly input: Readable;
  /** Takes the prompt and what is typed. */
  readonly output: NodeJS.WritableStream;
  readonly history: History;
  /** The words that may stand in place of the last word of a line. */
  readonly complete: (line: string) => readonly string[];
}

/** Lines without a prompt, as a script has them. */
export function pipedLines(input: Readable): AsyncIterable<string> {
  return createInterface({ input, terminal: false });
}

/**
 * Lines that are edited in a terminal, until Ctrl-D. Ctrl-C gives up the line that was begun. While the caller handles
 * a line the terminal is as it was, so that Ctrl-C is a signal that ends a command.
 */
export async function* terminalLines(parts: TerminalParts): AsyncGenerator<string> {
  for (;;) {
    const line = await readLine(parts);
    if (line === undefined) return;
    parts.history.add(line);
    yield line;
  }
}

/** Resolves with `undefined` at the end of the input. */
function readLine({ input, output, history, complete }: TerminalParts) {
  const terminal = createInterface({
    ...{ input, output, prompt, terminal: true },
    history: [...history.lines],
    completer: (line: string) => [completed(complete(line)), lastWordOf(line)],
  });
  return new Promise<string | undefined>((resolve) => {
    let typed: string | undefined;
    terminal.on('SIGINT', () => giveUpLine(terminal));
    terminal.on('line', (line) => {
      typed = line;
      terminal.close();
    });
    terminal.on('close', () => {
      // After Ctrl-D the prompt of the shell should not follow on this line.
      if (typed === undefined) output.write('\n');
      resolve(typed);
    });
    terminal.prompt();
  });
}

/** A space follows the only word that may stand there. */
function completed(words: readonly string[]): string[] {
  return words.map((word) => (words.length === 1 ? `${word} ` : word));
}

function giveUpLine(terminal: Interface): void {
  terminal.write(null, { ctrl: true, name: 'e' });
  terminal.write(null, { ctrl: true, name: 'u' });
  terminal.prompt();
}

export function lastWordOf(line: string): string {
  return /\S*$/.exec(line)?.[0] ?? '';
}
