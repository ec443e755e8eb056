/**
 * Bytes in memory pages of their own. Large buffers that are kept for a while, such as the values of the log, lie
 * between small short-lived ones in the allocator's memory, and the gaps that they leave are not given back to the
 * system. Pages of their own are, as soon as the buffer is collected.
 *
 * JavaScript that reads every byte of such a buffer is several times slower, and stays so for other buffers: copy parts
 * to a plain buffer first. Native code, such as `set`, hashes and writes, is as fast as ever.
 */

/** Smaller buffers have no pages of their own: they would waste much of the last one. */
export const pagedBytesMin = 128 * 1024;

const PagedBuffer: new (
  length: number,
  options: { readonly maxByteLength: number },
) => ArrayBuffer = ArrayBuffer;

/** `length` bytes of any content, to be written by the caller. */
export function pageBytes(length: number): Uint8Array {
  // The engine takes whole pages for a buffer that may be resized; this one never is.
  if (length >= pagedBytesMin) {
    return new Uint8Array(new PagedBuffer(length, { maxByteLength: length }), 0, length);
  }
  return typeof Buffer === 'undefined' ? new Uint8Array(length) : Buffer.allocUnsafeSlow(length);
}

/** A copy in memory of its own. */
export function copyToPages(bytes: Uint8Array): Uint8Array {
  const copy = pageBytes(bytes.length);
  copy.set(bytes);
  return copy;
}
