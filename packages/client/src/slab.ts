/**
 * Memory for many small byte arrays. An array with memory of its own costs more to make and to collect
 * than all the rest of a call, so small ones lie side by side in a larger piece.
 */

const pieceBytes = 64 * 1024;
/** What is larger gets memory of its own, lest much of a piece be left over or kept alive. */
const smallBytesMax = pieceBytes / 8;
/** Of UTF-8, for one unit of a string. */
const bytesPerUnitMax = 3;

const textEncoder = new TextEncoder();
let piece = new Uint8Array(pieceBytes);
let usedBytes = 0;

/** A copy of `bytes`. */
export function copyOf(bytes: Uint8Array): Uint8Array {
  if (bytes.length > smallBytesMax) {
    return new Uint8Array(bytes);
  }
  const copy = room(bytes.length).subarray(0, bytes.length);
  copy.set(bytes);
  usedBytes += bytes.length;
  return copy;
}

/** `text` as UTF-8. */
export function encode(text: string): Uint8Array {
  const bytesMax = text.length * bytesPerUnitMax;
  if (bytesMax > smallBytesMax) {
    return textEncoder.encode(text);
  }
  const target = room(bytesMax);
  const { written } = textEncoder.encodeInto(text, target);
  usedBytes += written;
  return target.subarray(0, written);
}

/** At least so many bytes that nobody uses. */
function room(bytes: number): Uint8Array {
  if (usedBytes + bytes > pieceBytes) {
    piece = new Uint8Array(pieceBytes);
    usedBytes = 0;
  }
  return piece.subarray(usedBytes);
}
