/**
 * The lines in the file of a recording: members of gzip, one after the other, or plain text. The process that wrote it
 * may have been killed, and a disk may have damaged it.
 * Rule: after what cannot be read, nothing counts up to the next start, since a replay needs each input.
 */
import { RecordingError } from './recording-error.ts';

/** How long a file may be, and how long all its text, in bytes. */
const fileBytesMax = 64 * 2 ** 20;
const textBytesMax = 512 * 2 ** 20;

/** How each member begins that a server writes: with no name and no time. */
const memberStart = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0];

/** @throws RecordingError if the file is too large. */
export async function readTraceLines(bytes: Uint8Array): Promise<string[]> {
  if (bytes.length > fileBytesMax) throw new RecordingError('RECORDING_TOO_LARGE');
  const lines = new Lines();
  if (!(bytes[0] === 0x1f && bytes[1] === 0x8b)) lines.add(new TextDecoder().decode(bytes));
  else {
    let bytesLeft = textBytesMax;
    for (const member of membersOf(bytes)) {
      const text = await inflated(member, bytesLeft);
      bytesLeft -= text?.length ?? 0;
      if (text === undefined) lines.skip();
      else lines.add(text);
    }
  }
  return lines.end();
}

class Lines {
  readonly #lines: string[] = [];
  #rest = '';
  #isSkipping = false;

  add(text: string): void {
    const parts = (this.#rest + text).split('\n');
    this.#rest = parts.pop() ?? '';
    for (const part of parts) this.#addLine(part);
  }

  /** Something is missing here. */
  skip(): void {
    this.#rest = '';
    this.#isSkipping = true;
  }

  end(): string[] {
    // The last line may be cut off.
    if (isJson(this.#rest)) this.#addLine(this.#rest);
    return this.#lines;
  }

  #addLine(line: string): void {
    if (line.startsWith('{"trace":')) this.#isSkipping = false;
    if (line !== '' && !this.#isSkipping) this.#lines.push(line);
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function* membersOf(bytes: Uint8Array): Generator<Uint8Array> {
  let from = 0;
  for (let at = bytes.indexOf(0x1f, 1); at !== -1; at = bytes.indexOf(0x1f, at + 1)) {
    if (!memberStart.every((byte, index) => bytes[at + index] === byte)) continue;
    yield bytes.subarray(from, at);
    from = at;
  }
  yield bytes.subarray(from);
}

/** The text of the member, as far as it has no more than so many bytes; `undefined` if it is damaged. */
async function inflated(member: Uint8Array, bytesMax: number): Promise<string | undefined> {
  const decoder = new TextDecoder();
  const stream = new Response(new Uint8Array(member)).body;
  const reader = stream?.pipeThrough(new DecompressionStream('gzip')).getReader();
  let text = '';
  let bytes = 0;
  for (;;) {
    const read = await reader?.read().catch(() => undefined);
    if (read === undefined) return undefined;
    if (read.done) return text + decoder.decode();
    bytes += read.value.length;
    if (bytes > bytesMax) {
      await reader?.cancel();
      throw new RecordingError('RECORDING_TOO_LARGE');
    }
    text += decoder.decode(read.value, { stream: true });
  }
}
