/** Ranges of keys, in the order of their bytes. */
import { keyField, type RequestField, TooLargeError } from './fields.ts';
import { keyBytesMax } from './limits.ts';
import { type Bytes, type Row, toBytes } from './rows.ts';

/** The keys that begin with `prefix` and are in the range from `from` to `to`. Empty fields bound nothing. */
export interface KeyRange {
  readonly prefix: Bytes;
  /** The first key that may be in the range. */
  readonly from: Bytes;
  /** The first key after the range. */
  readonly to: Bytes;
}

/** The same range as two bounds. It is empty unless `first` is below `end`. */
export interface RangeBounds {
  /** Included; at least one byte, as every key has. */
  readonly first: Bytes;
  /** Excluded; `undefined` if nothing bounds the range above. */
  readonly end: Bytes | undefined;
}

/** The key that follows the longest one in the order of bytes is one byte longer. */
const boundBytesMax = keyBytesMax + 1;

function partField(name: string, max: number): RequestField<Bytes> {
  return {
    limits: { of: 'bytes', min: 0, max },
    json: keyField.json.prefault(''),
    toJson: keyField.toJson,
    check(part) {
      if (part.length <= max) return part;
      throw new TooLargeError(`The ${name} of a range has at most ${max} bytes.`);
    },
  };
}

/** The fields of a command about a range. They precede its other fields. */
export const rangeFields = {
  prefix: partField('prefix', keyBytesMax),
  from: partField('first key', boundBytesMax),
  to: partField('end', boundBytesMax),
} as const;

export function rangeToRow({ prefix, from, to }: KeyRange): readonly [Bytes, Bytes, Bytes] {
  return [prefix, from, to];
}

/** Reads the fields that follow the tag of a command. @throws TooLargeError, TypeError */
export function rangeFromRow([, prefix, from, to]: Row): KeyRange {
  return {
    prefix: rangeFields.prefix.check(toBytes(prefix)),
    from: rangeFields.from.check(toBytes(from)),
    to: rangeFields.to.check(toBytes(to)),
  };
}

const lowestKey = Uint8Array.of(0);

export function boundsOf({ prefix, from, to }: KeyRange): RangeBounds {
  const first = [prefix, from].reduce(higherOf, lowestKey);
  const afterPrefix = endOfPrefix(prefix);
  if (to.length === 0) return { first, end: afterPrefix };
  const isWithin = afterPrefix === undefined || compareBytes(to, afterPrefix) <= 0;
  return { first, end: isWithin ? to : afterPrefix };
}

/** Whether no key can be in the range. */
export function isEmptyRange({ first, end }: RangeBounds): boolean {
  return end !== undefined && compareBytes(first, end) >= 0;
}

/** The first key after all that begin with `prefix`; `undefined` if there is none. */
export function endOfPrefix(prefix: Bytes): Bytes | undefined {
  const last = prefix.findLastIndex((byte) => byte < 255);
  if (last < 0) return undefined;
  // A buffer of Node would share the memory of its slice.
  const end = Uint8Array.from(prefix.subarray(0, last + 1));
  end[last] = (end[last] ?? 0) + 1;
  return end;
}

/** Below 0 if `one` comes first, above 0 if `other` does. */
export function compareBytes(one: Bytes, other: Bytes): number {
  const length = Math.min(one.length, other.length);
  for (let index = 0; index < length; index += 1) {
    const difference = (one[index] ?? 0) - (other[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return one.length - other.length;
}

function higherOf(one: Bytes, other: Bytes): Bytes {
  return compareBytes(one, other) < 0 ? other : one;
}
