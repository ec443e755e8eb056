/** Keys of the journal: turns in big-endian of fixed width, so that byte order is turn order. */

const keyBytes = 8;

/** Turns count from 1; the key of turn 0 is taken by the journal's base. */
export const baseKey = toRecordKey(0);

export function toRecordKey(turn: number): Buffer {
  const key = Buffer.alloc(keyBytes);
  key.writeBigUInt64BE(BigInt(turn));
  return key;
}

/** The turn a key names, or `undefined` if it names none. */
export function fromRecordKey(key: Uint8Array): number | undefined {
  if (key.byteLength !== keyBytes) return undefined;
  const turn = Number(Buffer.from(key).readBigUInt64BE());
  return Number.isSafeInteger(turn) ? turn : undefined;
}
