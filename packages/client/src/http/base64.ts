/** Bytes as standard base64 with padding, in Node and in browsers. */

/** Longer calls would overflow the stack. */
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

/** What is no base64 has been refused before. */
export function fromBase64(text: string): Uint8Array {
  if (typeof Buffer !== 'undefined') {
    return new Uint8Array(Buffer.from(text, 'base64'));
  }
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}
