/** The encodings of values: how the values of a program become stored bytes, and stored bytes values again. */
import { KvError, type Outcome } from '@paxkv/protocol';
import { toValueBytes, type Writable } from './encoding.ts';

/** `utf8`: values are strings. `buffer`: values are bytes. `json`: values are what JSON can represent. */
export type EncodingName = 'utf8' | 'buffer' | 'json';

/** An encoding of one's own whose stored form is text. `encode` and `decode` throw for what they cannot represent. */
export interface TextEncoding<V> {
  readonly format: 'utf8';
  /** The stored text. It must be a function of the value: equal values have equal texts. */
  encode(value: V): string;
  /** The value of which `text` is the stored text. */
  decode(text: string): V;
}

/** As {@link TextEncoding}, for bytes. */
export interface BytesEncoding<V> {
  readonly format: 'view';
  /** The stored bytes. They must be a function of the value: equal values have equal bytes. */
  encode(value: V): Uint8Array;
  /** `bytes` are a copy that the encoding may keep. */
  decode(bytes: Uint8Array): V;
}

/** An encoding of one's own. Custom encodings of `level` have this form, too. */
export type ValueEncoding<V> = TextEncoding<V> | BytesEncoding<V>;

/**
 * A value that is read. `E` is `utf8` or `buffer`, or for the encoding `json` and for encodings of one's own the type of
 * the values; `json` alone stands for `unknown`.
 */
export type Value<E> = E extends 'utf8'
  ? string
  : E extends 'buffer'
    ? Uint8Array
    : E extends 'json'
      ? unknown
      : E;

/** A value that is written, for `E` as in {@link Value}. With `utf8` and `buffer` it is text or bytes. */
export type WritableValue<E> = E extends 'utf8' | 'buffer' ? Writable : Value<E>;

/** A key that is read: bytes with the encoding `buffer`, otherwise text. */
export type Key<E> = E extends 'buffer' ? Uint8Array : string;

/** The encoding of values that are as {@link Value} says for `E`. */
export type GivenEncoding<E> =
  | { readonly encoding: E & EncodingName }
  | { readonly encoding: ValueEncoding<E> }
  | (E extends EncodingName ? never : { readonly encoding: 'json' });

/** The option `encoding` of a client, which may be left out for `utf8`. */
export type EncodingOption<E> =
  | GivenEncoding<E>
  | ('utf8' extends E ? { readonly encoding?: undefined } : never);

/** The checked form of every encoding. */
export interface Coder {
  /** @throws TypeError for what is no value; KvError `KV_NOT_ENCODABLE`, `KV_TOO_LARGE`, *not done* */
  encode(value: unknown): Uint8Array;
  /** @throws KvError `KV_NOT_DECODABLE`, *not done* */
  decode(bytes: Uint8Array): unknown;
  /** @throws KvError `KV_NOT_DECODABLE`, *not done* */
  decodeKey(bytes: Uint8Array): string | Uint8Array;
}

/** @throws TypeError for an encoding of another form */
export function coderOf(encoding: unknown = 'utf8'): Coder {
  const named = typeof encoding === 'string' && Object.hasOwn(byName, encoding);
  if (named) return byName[encoding as EncodingName];
  if (isValueEncoding(encoding)) return customCoder(encoding);
  const shown = typeof encoding === 'string' ? `"${encoding}"` : typeof encoding;
  const known = '"utf8", "json", "buffer", or an object with format, encode and decode';
  throw new TypeError(`encoding is ${shown}; it must be ${known}`);
}

/** The same error with the outcome of the call in which the value was read. */
export function decodedAfter<T>(outcome: Outcome, decode: () => T): T {
  try {
    return decode();
  } catch (error) {
    if (!(error instanceof KvError) || error.code !== 'KV_NOT_DECODABLE') throw error;
    throw new KvError(error.code, error.message, { cause: error.cause, outcome });
  }
}

// A byte order mark is part of the value.
const textDecoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

const buffer: Coder = {
  encode: (value) => toValueBytes(value as Writable),
  decode: toOwnBytes,
  decodeKey: toOwnBytes,
};
const utf8: Coder = {
  encode: buffer.encode,
  decode: (bytes) => toText('value', bytes),
  decodeKey: (bytes) => toText('key', bytes),
};
const json = customCoder<unknown>({
  format: 'utf8',
  encode: toJson,
  decode: (text) => JSON.parse(text),
});
const byName: Readonly<Record<EncodingName, Coder>> = { utf8, buffer, json };

/** `JSON.stringify` returns `undefined` for functions, symbols and `undefined`, whatever its type says. */
function toJson(value: unknown): string {
  const text: string | undefined = JSON.stringify(value);
  if (text === undefined) throw new TypeError(`JSON has no ${typeof value}`);
  return text;
}

function isValueEncoding(encoding: unknown): encoding is ValueEncoding<unknown> {
  if (typeof encoding !== 'object' || encoding === null) return false;
  const { format, encode, decode } = encoding as Partial<ValueEncoding<unknown>>;
  const isFormat = format === 'utf8' || format === 'view';
  return isFormat && typeof encode === 'function' && typeof decode === 'function';
}

function customCoder<V>(encoding: ValueEncoding<V>): Coder {
  return {
    encode(value) {
      const stored = attempt('KV_NOT_ENCODABLE', () => encoding.encode(value as V));
      return toValueBytes(stored);
    },
    decode: (bytes) =>
      encoding.format === 'utf8'
        ? withText(toText('value', bytes), encoding)
        : attempt('KV_NOT_DECODABLE', () => encoding.decode(toOwnBytes(bytes))),
    decodeKey: utf8.decodeKey,
  };
}

function withText<V>(text: string, encoding: TextEncoding<V>): V {
  return attempt('KV_NOT_DECODABLE', () => encoding.decode(text));
}

/** A copy, because a view would keep alive the whole frame in which the value arrived. */
function toOwnBytes(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(bytes);
}

function toText(what: 'key' | 'value', bytes: Uint8Array): string {
  try {
    return textDecoder.decode(bytes);
  } catch (cause) {
    const message = `the ${what} is not UTF-8; read it by a client with \`encoding: 'buffer'\``;
    throw new KvError('KV_NOT_DECODABLE', message, { cause });
  }
}

function attempt<T>(code: 'KV_NOT_ENCODABLE' | 'KV_NOT_DECODABLE', work: () => T): T {
  try {
    return work();
  } catch (cause) {
    const verb = code === 'KV_NOT_ENCODABLE' ? 'encode' : 'decode';
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new KvError(code, `the encoding cannot ${verb} the value: ${reason}`, { cause });
  }
}
