/** Turns text and bytes into stored bytes. Text is never altered silently: what UTF-8 cannot represent is refused. */
import { KvError, keyBytesMax, valueBytesMax } from '@paxkv/protocol';

/** A key or a value to be written: a string is stored as UTF-8, bytes as they are. */
export type Writable = string | Uint8Array;

// Checked here because a server may close the connection of a client that sends a malformed request, and
// other requests share that connection.

/** @throws TypeError if it is neither a string nor bytes; KvError `KV_BAD_REQUEST` if empty, `KV_TOO_LARGE`. */
export function toKeyBytes(key: Writable): Uint8Array {
  const bytes = toBytes('key', key);
  if (bytes.length === 0) {
    throw new KvError('KV_BAD_REQUEST', `the key is empty; a key has 1 to ${keyBytesMax} bytes`);
  }
  return limited('key', bytes, keyBytesMax);
}

/** A bound of a range, which may be empty. @throws TypeError if it is neither a string nor bytes; KvError `KV_TOO_LARGE`. */
export function toBoundBytes(what: string, bound: Writable, bytesMax: number): Uint8Array {
  return limited(what, toBytes(what, bound), bytesMax);
}

/** @throws TypeError if it is neither a string nor bytes; KvError `KV_TOO_LARGE`. */
export function toValueBytes(value: Writable): Uint8Array {
  return limited('value', toBytes('value', value), valueBytesMax);
}

/** @throws TypeError unless it is a 64-bit integer; a number must be a safe integer. */
export function toInteger(by: bigint | number): bigint {
  const integer = Number.isSafeInteger(by) ? BigInt(by) : by;
  if (typeof integer === 'bigint' && BigInt.asIntN(64, integer) === integer) {
    return integer;
  }
  throw new TypeError(`by is ${by}; it must be a 64-bit integer, and a safe integer if a number`);
}

function toBytes(what: string, given: Writable): Uint8Array {
  if (given instanceof Uint8Array) {
    // A copy: the caller may reuse the memory before the last attempt.
    return copyOf(given);
  }
  if (typeof given !== 'string') {
    throw new TypeError(`${what} must be a string or a Uint8Array, not ${typeof given}`);
  }
  if (/\p{Surrogate}/u.test(given)) {
    throw new TypeError(`${what} has a lone surrogate, which UTF-8 cannot represent; pass bytes`);
  }
  return encodeText(given);
}

/** @throws KvError `KV_TOO_LARGE` if there are more than `bytesMax`. */
export function limited(what: string, bytes: Uint8Array, bytesMax: number): Uint8Array {
  if (bytes.length > bytesMax) {
    const message = `the ${what} has ${bytes.length} bytes; at most ${bytesMax} are allowed`;
    throw new KvError('KV_TOO_LARGE', message);
  }
  return bytes;
}

/** The bytes of one after those of the other. */
export function joined(first: Uint8Array, second: Uint8Array): Uint8Array {
  const all = new Uint8Array(first.length + second.length);
  all.set(first);
  all.set(second, first.length);
  return all;
}

// A buffer of its own for each small array costs more to make and to collect than the rest of a call, so
// small arrays share a larger buffer.

const poolBytes = 64 * 1024;
/** Larger arrays get a buffer of their own, so that little of a pool is wasted or kept alive. */
const pooledBytesMax = poolBytes / 8;
/** UTF-8 bytes of one UTF-16 code unit. */
const bytesPerUnitMax = 3;

const textEncoder = new TextEncoder();
let pool = new Uint8Array(poolBytes);
let usedBytes = 0;

function copyOf(bytes: Uint8Array): Uint8Array {
  if (bytes.length > pooledBytesMax) {
    return new Uint8Array(bytes);
  }
  const copy = allocate(bytes.length).subarray(0, bytes.length);
  copy.set(bytes);
  usedBytes += bytes.length;
  return copy;
}

function encodeText(text: string): Uint8Array {
  const bytesMax = text.length * bytesPerUnitMax;
  if (bytesMax > pooledBytesMax) {
    return textEncoder.encode(text);
  }
  const target = allocate(bytesMax);
  const { written } = textEncoder.encodeInto(text, target);
  usedBytes += written;
  return target.subarray(0, written);
}

/** At least this many unused bytes of the pool. */
function allocate(bytes: number): Uint8Array {
  if (usedBytes + bytes > poolBytes) {
    pool = new Uint8Array(poolBytes);
    usedBytes = 0;
  }
  return pool.subarray(usedBytes);
}
