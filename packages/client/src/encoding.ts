/**
 * Between what a program holds and the bytes that are stored. Text is never altered on the way:
 * what cannot be said in UTF-8 is refused, in both directions.
 */
import { KvError, keyBytesMax, valueBytesMax } from '@paxkv/protocol';
import { copyOf, encode } from './slab.ts';

/** What each encoding makes of the bytes of a value. */
export interface Values {
  utf8: string;
  buffer: Uint8Array;
}

/** `utf8`: values are read as text. `buffer`: values are read as bytes. */
export type Encoding = keyof Values;

/** A key or a value as given: text is stored as UTF-8, bytes as they are. */
export type Writable = string | Uint8Array;

type Decoders = { readonly [E in Encoding]: (bytes: Uint8Array) => Values[E] };

// A byte order mark is part of the value.
const textDecoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const decoders: Decoders = { utf8: toText, buffer: toOwnBytes };

/** @throws TypeError if it is no string or bytes; KvError `KV_BAD_REQUEST` if it is empty, `KV_TOO_LARGE`. */
export function toKeyBytes(key: Writable): Uint8Array {
  const bytes = limited('key', toBytes('key', key), keyBytesMax);
  if (bytes.length > 0) return bytes;
  throw new KvError('KV_BAD_REQUEST', 'key is empty; it must have at least 1 byte');
}

/** @throws TypeError if it is no string or bytes; KvError `KV_TOO_LARGE`. */
export function toValueBytes(value: Writable): Uint8Array {
  return limited('value', toBytes('value', value), valueBytesMax);
}

/** How values are read. The reader throws TypeError where bytes are no text and text is asked for. */
export function decoderOf<E extends Encoding>(
  encoding: E | undefined,
): (bytes: Uint8Array) => Values[E];
export function decoderOf(encoding: Encoding = 'utf8'): (bytes: Uint8Array) => string | Uint8Array {
  if (!Object.hasOwn(decoders, encoding)) {
    throw new TypeError(`encoding is "${String(encoding)}"; it must be "utf8" or "buffer"`);
  }
  return decoders[encoding];
}

function toBytes(what: string, given: Writable): Uint8Array {
  if (given instanceof Uint8Array) {
    // A copy: the caller may reuse the memory while attempts are still to come.
    return copyOf(given);
  }
  if (typeof given !== 'string') {
    throw new TypeError(`${what} must be a string or a Uint8Array, not ${typeof given}`);
  }
  if (/\p{Surrogate}/u.test(given)) {
    throw new TypeError(`${what} has half a surrogate pair, which UTF-8 cannot say; give bytes`);
  }
  return encode(given);
}

// Said here and not by the server, which may hang up on a body over its limit before it is all sent.
function limited(what: string, bytes: Uint8Array, bytesMax: number): Uint8Array {
  if (bytes.length > bytesMax) {
    const message = `${what} has ${bytes.length} bytes; at most ${bytesMax} are allowed`;
    throw new KvError('KV_TOO_LARGE', message);
  }
  return bytes;
}

/** Not a view, which would keep alive all that came together with it. */
function toOwnBytes(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(bytes);
}

function toText(bytes: Uint8Array): string {
  try {
    return textDecoder.decode(bytes);
  } catch (cause) {
    const message = "the value is not UTF-8; read it by a client with `encoding: 'buffer'`";
    throw new TypeError(message, { cause });
  }
}
