/**
 * Short ASCII texts that were read before. The requests of one client all name its session, and building the same text
 * anew for each of them costs more than the rest of the request.
 * Rule: a text that is found again is compared with the bytes to the last one, so nothing is read that is not there.
 */

/** Longer texts are not kept. Ids of 128 bits have 22 characters. */
export const shortTextBytesMax = 24;
/** A power of two. Each cell keeps the text that was read last of all those that belong to it. */
const cellCount = 512;

/** Reads texts, and remembers short ones. */
export class ShortTexts {
  readonly #cells: string[] = Array.from({ length: cellCount }, () => '');

  /** The bytes from `start` up to `end`, of which there are few, as text; `undefined` if any of them is not ASCII. */
  read(bytes: Uint8Array, start: number, end: number): string | undefined {
    const cell = cellOf(bytes, start, end);
    const known = this.#cells[cell] ?? '';
    if (isTextOf(known, bytes, start, end)) return known;
    const text = asciiOf(bytes, start, end);
    if (text !== undefined) this.#cells[cell] = text;
    return text;
  }
}

/** Ids are random in each of their characters, so a few of them spread well. */
function cellOf(bytes: Uint8Array, start: number, end: number): number {
  const first = bytes[start] ?? 0;
  const second = bytes[start + 1] ?? 0;
  const last = bytes[end - 1] ?? 0;
  return (first + 8 * second + 64 * last + end - start) & (cellCount - 1);
}

function isTextOf(text: string, bytes: Uint8Array, start: number, end: number): boolean {
  if (text.length !== end - start) return false;
  for (let at = start; at < end; at += 1)
    if (text.charCodeAt(at - start) !== bytes[at]) return false;
  return true;
}

function asciiOf(bytes: Uint8Array, start: number, end: number): string | undefined {
  for (let at = start; at < end; at += 1) if ((bytes[at] ?? 0x80) >= 0x80) return undefined;
  return String.fromCharCode(...bytes.subarray(start, end));
}
