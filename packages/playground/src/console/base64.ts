/** Bytes as the HTTP interface has them in JSON. */

/** More arguments in one call could overflow the stack. */
const chunkBytes = 0x2000;

/** The text's UTF-8 bytes in base64. */
export function toBase64(text: string): string {
  const bytes = new TextEncoder().encode(text);
  let binary = '';
  for (let start = 0; start < bytes.length; start += chunkBytes) {
    binary += String.fromCharCode(...bytes.subarray(start, start + chunkBytes));
  }
  return btoa(binary);
}

/** @throws DOMException if it is no base64 */
export function fromBase64(base64: string): Uint8Array {
  return Uint8Array.from(atob(base64), (each) => each.charCodeAt(0));
}

/** The bytes as text, a byte order mark included; `undefined` if they are not UTF-8. */
export function toText(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** The first bytes in hexadecimal, at most `countMax` of them. */
export function toHex(bytes: Uint8Array, countMax: number): string {
  const shown = [...bytes.subarray(0, countMax)];
  return shown.map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
}
