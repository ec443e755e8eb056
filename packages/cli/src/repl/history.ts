/** The lines of earlier sessions, in a file that only its user can read. */
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** Lines that are kept. */
const linesMax = 1000;

/** The file that the environment names, or one in the home directory. */
export function historyFile({ PAXKV_HISTORY_FILE }: { PAXKV_HISTORY_FILE?: string }): string {
  return PAXKV_HISTORY_FILE ?? join(homedir(), '.paxkv_history');
}

export class History {
  readonly #file: string;
  /** Latest first, as readline takes them. */
  readonly #lines: string[];

  /** Reads the file, if there is one that can be read. */
  constructor(file: string) {
    this.#file = file;
    this.#lines = linesOf(file).reverse();
  }

  /** The lines, latest first. */
  get lines(): readonly string[] {
    return this.#lines;
  }

  /** Keeps the line, unless it is empty, begins with a space or repeats the one before. */
  add(line: string): void {
    if (/^\s|^$/.test(line) || line === this.#lines[0]) return;
    this.#lines.unshift(line);
    this.#lines.splice(linesMax);
  }

  /** Writes the file. @throws Error if that fails. */
  save(): void {
    const text = this.#lines.map((line) => `${line}\n`).reverse();
    writeFileSync(this.#file, text.join(''), { mode: 0o600 });
    // The mode above counts for new files only.
    chmodSync(this.#file, 0o600);
  }
}

/** Oldest first. Without a readable file there is no history, which prevents no command. */
function linesOf(file: string): string[] {
  try {
    const lines = readFileSync(file, 'utf8').split('\n');
    return lines.filter((line) => line !== '').slice(-linesMax);
  } catch {
    return [];
  }
}
