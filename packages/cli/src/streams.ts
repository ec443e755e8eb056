/** The input and output of commands: results on standard output, everything else on standard error. */
import { fstatSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { CliError } from './cli-error.ts';

export interface Streams {
  readonly input: Readable;
  /** Whether `input` is a pipe, a file or a socket, and neither a terminal nor /dev/null. */
  readonly isPiped: boolean;
  /** Whether results go to a terminal. */
  readonly isTerminal: boolean;
  /** Ends a command without ending the process. */
  readonly interrupt?: AbortSignal;
  /**
   * Resolves once the content is written, or its reader has closed the pipe.
   *
   * @throws CliError `CLI_OUTPUT` if it cannot be written.
   */
  data(content: string | Uint8Array): Promise<void>;
  /** Prints one line to standard error, after the program's name. */
  note(line: string): void;
  /** Prints text to standard error as it is. */
  explain(text: string): void;
}

const inputDescriptor = 0;

export function processStreams(): Streams {
  const { stdin: input, stdout, stderr } = process;
  // Without a listener a closed pipe would end the process; each write reports its own error.
  for (const stream of [stdout, stderr]) stream.on('error', () => undefined);
  return {
    input,
    // Not before it is needed: after a look at a pipe, Node 20 resolves no links of the modules that it loads next.
    get isPiped() {
      return isPiped(inputDescriptor);
    },
    isTerminal: stdout.isTTY === true,
    data: (content) =>
      new Promise((resolve, reject) => {
        stdout.write(content, (error) => {
          if (isFailure(error)) reject(toOutputError(error));
          else resolve();
        });
      }),
    note: (line) => {
      stderr.write(`paxkv: ${line}\n`);
    },
    explain: (text) => {
      stderr.write(text);
    },
  };
}

/** The streams for `--json`: each note is one JSON object on a line, and help is left out. */
export function withJsonNotes(streams: Streams): Streams {
  const { interrupt } = streams;
  return {
    ...(interrupt !== undefined && { interrupt }),
    input: streams.input,
    get isPiped() {
      return streams.isPiped;
    },
    isTerminal: streams.isTerminal,
    data: (content) => streams.data(content),
    note: (line) => streams.explain(jsonLine({ note: line })),
    explain: () => undefined,
  };
}

/** Node opens /dev/null in place of a closed standard input, so both are character devices. */
function isPiped(descriptor: number): boolean {
  try {
    const stats = fstatSync(descriptor);
    return stats.isFIFO() || stats.isFile() || stats.isSocket();
  } catch {
    return false;
  }
}

/** Whether a write failed. If a reader such as `head` closes the pipe, that is no failure. */
function isFailure(error: NodeJS.ErrnoException | null | undefined): error is Error {
  return error instanceof Error && error.code !== 'EPIPE';
}

function toOutputError(cause: Error): CliError {
  const message = `cannot write the result to standard output: ${cause.message}`;
  return new CliError('CLI_OUTPUT', message, { cause });
}

/** Bytes in a form for JSON: UTF-8 as text, anything else in base64. */
export function toJsonValue(value: Uint8Array): { value: string } | { valueBase64: string } {
  try {
    return { value: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(value) };
  } catch {
    return { valueBase64: Buffer.from(value).toString('base64') };
  }
}

/** A key in the same two forms. */
export function toJsonKey(key: Uint8Array): { key: string } | { keyBase64: string } {
  const shown = toJsonValue(key);
  return 'value' in shown ? { key: shown.value } : { keyBase64: shown.valueBase64 };
}

export function jsonLine(content: unknown): string {
  return `${JSON.stringify(content)}\n`;
}
