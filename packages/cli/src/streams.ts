/** What commands read and print: data on standard output, everything else on standard error. */
import type { Readable } from 'node:stream';
import { CliError, exitCodes } from './exit-code.ts';

export interface Streams {
  readonly input: Readable & { readonly isTTY?: boolean };
  /** Whether a person reads the data. */
  readonly isTerminal: boolean;
  /** Resolves when written, also if nobody reads on. @throws CliError if it cannot be written. */
  data(content: string | Uint8Array): Promise<void>;
  /** One line for people, under the program's name. */
  note(line: string): void;
  /** Text for people, as it is. */
  explain(text: string): void;
}

export function processStreams(): Streams {
  const { stdin: input, stdout, stderr } = process;
  // Without a listener a closed pipe would end the process; each write hears of it by itself.
  for (const stream of [stdout, stderr]) stream.on('error', () => undefined);
  return {
    input,
    isTerminal: stdout.isTTY === true,
    data: (content) =>
      new Promise((resolve, reject) => {
        stdout.write(content, (error) => {
          if (isFailure(error)) reject(unwritten(error));
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

/** A reader that has seen enough, like `head`, closes its pipe; that is no failure. */
function isFailure(error: NodeJS.ErrnoException | null | undefined): error is Error {
  return error instanceof Error && error.code !== 'EPIPE';
}

function unwritten(cause: Error): CliError {
  return new CliError(`cannot write to standard output: ${cause.message}`, exitCodes.failed, cause);
}

/** Bytes as JSON can carry them: as text where they are text, else in base64. */
export function toJsonValue(value: Uint8Array): { value: string } | { valueBase64: string } {
  try {
    return { value: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(value) };
  } catch {
    return { valueBase64: Buffer.from(value).toString('base64') };
  }
}

export function jsonLine(content: unknown): string {
  return `${JSON.stringify(content)}\n`;
}
