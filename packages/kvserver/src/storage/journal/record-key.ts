/** Keys of the journal: write indexes in big-endian of fixed width, so that byte order is their order. */

const keyBytes = 8;

/** The base of the journal. Write indexes start at 1. */
export const baseKey = toRecordKey(0);

export function toRecordKey(writeIndex: number): Buffer {
  const key = Buffer.alloc(keyBytes);
  key.writeBigUInt64BE(BigInt(writeIndex));
  return key;
}

/** The write index in a key, or `undefined` if it is not one. */
export function fromRecordKey(key: Uint8Array): number | undefined {
  if (key.byteLength !== keyBytes) return undefined;
  const writeIndex = Number(Buffer.from(key).readBigUInt64BE());
  return Number.isSafeInteger(writeIndex) ? writeIndex : undefined;
}
