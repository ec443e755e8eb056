/**
 * CRC-32C (Castagnoli), eight bytes a step (slicing-by-8).
 *
 * Node's `zlib.crc32` computes another polynomial, which does not find every three flipped bits above 11 kB. A
 * WebAssembly library (hash-wasm) was no faster: 37 µs against 40 for 45 kB, 1.1 µs against 0.7 for 350 bytes.
 */

const polynomial = 0x82f63b78;
const t0 = byteTable();
const t1 = shiftedTable(t0);
const t2 = shiftedTable(t1);
const t3 = shiftedTable(t2);
const t4 = shiftedTable(t3);
const t5 = shiftedTable(t4);
const t6 = shiftedTable(t5);
const t7 = shiftedTable(t6);

/** V8 reads bytes of a resizable buffer (see `pageBytes`) several times slower. They are copied here, in parts. */
const scratch = Buffer.allocUnsafeSlow(16 * 1024);

/** Continues the checksum `before` with more bytes. An unsigned 32-bit number. */
export function crc32c(bytes: Uint8Array, before = 0): number {
  if (!isResizable(bytes.buffer)) return crcOf(bytes, before);
  let crc = before;
  for (let offset = 0; offset < bytes.length; offset += scratch.length) {
    const part = bytes.subarray(offset, offset + scratch.length);
    scratch.set(part);
    crc = crcOf(scratch.subarray(0, part.length), crc);
  }
  return crc;
}

function isResizable(buffer: ArrayBufferLike): boolean {
  return 'resizable' in buffer && buffer.resizable === true;
}

function crcOf(bytes: Uint8Array, before: number): number {
  const { length } = bytes;
  const view = new DataView(bytes.buffer, bytes.byteOffset, length);
  const wholeEnd = length - (length % 8);
  let crc = ~before;
  let offset = 0;
  for (; offset < wholeEnd; offset += 8) {
    const low = crc ^ view.getUint32(offset, true);
    const high = view.getUint32(offset + 4, true);
    crc =
      at(t7, low & 0xff) ^
      at(t6, (low >>> 8) & 0xff) ^
      at(t5, (low >>> 16) & 0xff) ^
      at(t4, low >>> 24) ^
      at(t3, high & 0xff) ^
      at(t2, (high >>> 8) & 0xff) ^
      at(t1, (high >>> 16) & 0xff) ^
      at(t0, high >>> 24);
  }
  for (; offset < length; offset += 1) {
    crc = (crc >>> 8) ^ at(t0, (crc ^ view.getUint8(offset)) & 0xff);
  }
  return ~crc >>> 0;
}

function byteTable(): Uint32Array {
  return Uint32Array.from({ length: 256 }, (_, byte) => {
    let crc = byte;
    for (let bit = 0; bit < 8; bit += 1) crc = (crc >>> 1) ^ (crc & 1 ? polynomial : 0);
    return crc;
  });
}

/** Makes the table for bytes that stand one further to the left. */
function shiftedTable(table: Uint32Array): Uint32Array {
  return table.map((crc) => (crc >>> 8) ^ at(t0, crc & 0xff));
}

function at(table: Uint32Array, index: number): number {
  return table[index] ?? 0;
}
