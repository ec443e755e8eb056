/** Converts between the keys, ranges and values of a program and those of the store. Namespaces differ in it alone. */
import { type KeyRange, keyBytesMax } from '@paxkv/protocol';
import { joined, limited, toBoundBytes, toKeyBytes, type Writable } from './encoding.ts';
import { type RangeInput, toKeyRange } from './range/range-input.ts';
import { type Coder, coderOf, type Key, type Value, type WritableValue } from './value-encoding.ts';

export class Codec<E> {
  readonly #coder: Coder;
  /** What stored keys begin with and those of the program do not have. */
  readonly #prefix: Uint8Array;

  private constructor(coder: Coder, prefix: Uint8Array) {
    this.#coder = coder;
    this.#prefix = prefix;
  }

  /** `encoding` as in the options of the client. @throws TypeError if it has another form */
  static of<E>(encoding: unknown): Codec<E> {
    return new Codec(coderOf(encoding), new Uint8Array());
  }

  /** The codec whose keys are without `prefix`. @throws TypeError, KvError as for a key. */
  within(prefix: Writable): Codec<E> {
    return new Codec(this.#coder, this.toKey(toKeyBytes(prefix)));
  }

  /** The codec of the same keys whose values are in `encoding`. @throws TypeError if it has another form */
  with<F>(encoding: unknown): Codec<F> {
    return new Codec(coderOf(encoding), this.#prefix);
  }

  /**
   * The key that is empty is a key of a namespace, since the store has it with the prefix.
   *
   * @throws TypeError if it is neither a string nor bytes; KvError `KV_BAD_REQUEST` if nothing is stored under it,
   *   `KV_TOO_LARGE`.
   */
  toKey(key: Writable): Uint8Array {
    if (this.#prefix.length === 0) return toKeyBytes(key);
    const stored = joined(this.#prefix, toBoundBytes('key', key, keyBytesMax));
    return limited('key with the prefix of its namespace', stored, keyBytesMax);
  }

  /** @throws KvError `KV_NOT_DECODABLE` if it should be text and is not UTF-8. */
  fromKey(stored: Uint8Array): Key<E> {
    return this.#coder.decodeKey(stored.subarray(this.#prefix.length)) as Key<E>;
  }

  /** @throws TypeError for input of another form; KvError `KV_TOO_LARGE`. */
  toRange(range: RangeInput): KeyRange {
    return toKeyRange(range, this.#prefix);
  }

  /** @throws TypeError for what is no value; KvError `KV_NOT_ENCODABLE`, `KV_TOO_LARGE`. */
  toValue(value: WritableValue<E>): Uint8Array {
    return this.#coder.encode(value);
  }

  /** @throws KvError `KV_NOT_DECODABLE` */
  fromValue(stored: Uint8Array): Value<E> {
    return this.#coder.decode(stored) as Value<E>;
  }
}
