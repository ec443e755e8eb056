/** Streams that keep what a command prints, and give it what a test pipes in. */
import { Readable } from 'node:stream';
import { run } from 'paxkv/internal/program';
import type { Streams } from 'paxkv/internal/streams';

export class CapturedStreams implements Streams {
  readonly input: Readable;
  readonly isPiped: boolean;
  readonly isTerminal: boolean;
  readonly notes: string[] = [];
  readonly explanations: string[] = [];
  readonly #chunks: Buffer[] = [];

  /** Without `piped`, standard input is a terminal or /dev/null. */
  constructor({ piped, isTerminal = false }: { piped?: string | Buffer; isTerminal?: boolean }) {
    this.input = Readable.from([Buffer.from(piped ?? '')]);
    this.isPiped = piped !== undefined;
    this.isTerminal = isTerminal;
  }

  get printed(): Buffer {
    return Buffer.concat(this.#chunks);
  }

  data(content: string | Uint8Array): Promise<void> {
    this.#chunks.push(Buffer.from(content));
    return Promise.resolve();
  }

  note(line: string): void {
    this.notes.push(line);
  }

  explain(text: string): void {
    this.explanations.push(text);
  }
}

export interface Outcome {
  readonly exitCode: number;
  readonly printed: string;
  /** Lines on standard error. */
  readonly notes: readonly string[];
  /** Other text on standard error: help, and what `--json` prints there. */
  readonly explained: string;
}

/** Runs one command line in this process. */
export async function runCaptured(
  args: readonly string[],
  streams = new CapturedStreams({}),
): Promise<Outcome> {
  const exitCode = await run(args, streams);
  return {
    exitCode,
    printed: streams.printed.toString(),
    notes: streams.notes,
    explained: streams.explanations.join(''),
  };
}
