/** What commands print: data on standard output, everything else on standard error. */
export interface Output {
  data(content: string | Uint8Array): void;
  note(line: string): void;
  readonly isTerminal: boolean;
}

export const processOutput: Output = {
  data: (content) => {
    process.stdout.write(content);
  },
  note: (line) => {
    process.stderr.write(`paxkv: ${line}\n`);
  },
  isTerminal: process.stdout.isTTY === true,
};

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
