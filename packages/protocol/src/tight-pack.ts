/**
 * Packs large messages into buffers of about their own size. msgpackr writes all messages into one buffer, which
 * grows to several times the largest message, stays that large, and is kept in memory by each message in it: a
 * heartbeat that waits to be sent would then keep megabytes.
 */

/** The part of a Packr that is used. */
export interface Packer {
  /** Returns a view of the buffer in use. */
  pack(content: unknown): Uint8Array;
  /** Packs into this buffer from now on. */
  useBuffer(buffer: Uint8Array): void;
}

/** Larger messages get a buffer of their own. */
const largeBytes = 64 * 1024;
/** The size that msgpackr begins with. */
const sharedBytes = 8192;
/** Room for what a message has besides its bytes. More is allocated if it does not suffice. */
const overheadBytes = 1024;

/** Packs `content`, whose byte strings have about `bytes` bytes in all. The result is a view: copy it to keep it. */
export function packTight(packr: Packer, content: unknown, bytes = 0): Uint8Array {
  if (bytes >= largeBytes) packr.useBuffer(allocate(bytes + overheadBytes + (bytes >>> 6)));
  const packed = packr.pack(content);
  if (bytes >= largeBytes || packed.byteLength >= largeBytes) {
    packr.useBuffer(allocate(sharedBytes));
  }
  return packed;
}

function allocate(bytes: number): Uint8Array {
  // msgpackr needs a Buffer where there are any.
  return typeof Buffer === 'undefined' ? new Uint8Array(bytes) : Buffer.allocUnsafeSlow(bytes);
}
