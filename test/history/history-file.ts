/** Histories on disk: a file that grows line by line while clients run, and its reader. */
import { createWriteStream, type WriteStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { finished } from 'node:stream/promises';
import type { HistoryEvent } from './event.ts';
import { parseLines, toLine } from './json-lines.ts';

/**
 * Writes events asynchronously, in the order in which they were added.
 *
 * @example
 * ```ts
 * const file = HistoryFile.create(path);
 * const recorder = new Recorder({ now, onEvent: (event) => file.add(event) });
 * // ... clients run and end ...
 * await file.close();
 * ```
 */
export class HistoryFile {
  readonly #stream: WriteStream;
  /** The first error of the file; `close` reports it. */
  #failure: Error | undefined;

  private constructor(stream: WriteStream) {
    this.#stream = stream;
    stream.on('error', (error) => {
      this.#failure ??= error;
    });
  }

  /** Creates the file, or truncates an existing one. */
  static create(path: string): HistoryFile {
    return new HistoryFile(createWriteStream(path));
  }

  add(event: HistoryEvent): void {
    this.#stream.write(toLine(event));
  }

  /** Resolves when every event is written. @throws the system's error if one could not be written */
  async close(): Promise<void> {
    this.#stream.end();
    await finished(this.#stream).catch((error: unknown) => {
      throw this.#failure ?? error;
    });
  }
}

/** @throws HistoryError if a line is invalid, and the system's error if there is no such file */
export async function readHistory(path: string): Promise<HistoryEvent[]> {
  return parseLines(await readFile(path, 'utf8'));
}
