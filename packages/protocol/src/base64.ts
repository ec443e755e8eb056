/** Converts bytes to standard base64 with padding and back, in Node and in browsers. */

/** More arguments in one call could overflow the stack. */
const chunkBytes = 0x2000;

export function toBase64(bytes: Uint8Array): string {
  if (typeof Buffer !== 'undefined') {
    return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
  }
  let text = '';
  for (let start = 0; start < bytes.length; start += chunkBytes) {
    text += String.fromCharCode(...bytes.subarray(start, start + chunkBytes));
  }
  return btoa(text);
}

/** `undefined` unless `text` is the canonical base64 form of some bytes. */
export function fromBase64(text: string): Uint8Array | undefined {
  const bytes = decode(text);
  return bytes !== undefined && toBase64(bytes) === text ? bytes : undefined;
}

function decode(text: string): Uint8Array | undefined {
  if (typeof Buffer !== 'undefined') {
    const { buffer, byteOffset, byteLength } = Buffer.from(text, 'base64');
    return new Uint8Array(buffer, byteOffset, byteLength);
  }
  try {
    return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  } catch {
    return undefined;
  }
}
