/** Ranges of keys as programs write them. This file turns them into those of commands. */
import { type KeyRange, keyBytesMax, scanLimitMax } from '@paxkv/protocol';
import { joined, limited, toBoundBytes, type Writable } from '../encoding.ts';
import { checkNames, type GetOptions, type Names } from '../options.ts';

/**
 * The keys that begin with `prefix`, and of these those from `from` on, below `to`. What is absent bounds nothing, so
 * that `{}` is all keys. Keys are in the order of their bytes.
 */
export interface RangeInput {
  readonly prefix?: Writable;
  /** The first key that may be in the range. */
  readonly from?: Writable;
  /** The first key after the range. */
  readonly to?: Writable;
}

/** Options of a scan. Each page is a call of its own, to which `timeoutMs` applies. */
export interface ScanOptions extends GetOptions {
  /** The most entries of the whole scan; a whole number from 1. Default: no limit. */
  readonly limit?: number;
  /** The most entries of one page, from 1 to 1,000. Default 1,000. */
  readonly pageSize?: number;
  /** Whether the highest key comes first. Default false. */
  readonly reverse?: boolean;
  /** The revision that the scan shows. Default: that of the store when its first page is read. */
  readonly asOf?: number;
  /**
   * Whether all pages show that revision; otherwise each shows the revision at which it is read. Default true: a scan
   * that takes so long that no server has the changes since its first page ends with `KV_COMPACTED`.
   */
  readonly pinned?: boolean;
}

/** Options of a count. */
export interface CountOptions extends GetOptions {
  /** The revision at which keys are counted. Default: that of the store when the first of them are. */
  readonly asOf?: number;
}

const scanOptionNames: readonly string[] = Object.keys({
  signal: true,
  timeoutMs: true,
  consistency: true,
  limit: true,
  pageSize: true,
  reverse: true,
  asOf: true,
  pinned: true,
} satisfies Names<ScanOptions>);

const countOptionNames: readonly string[] = Object.keys({
  signal: true,
  timeoutMs: true,
  consistency: true,
  asOf: true,
} satisfies Names<CountOptions>);

const rangeNames = Object.keys({ prefix: true, from: true, to: true } satisfies Names<RangeInput>);

/**
 * The range among the keys that begin with `within`, which those of `range` do not have.
 *
 * @throws TypeError for input of another form; KvError `KV_TOO_LARGE`.
 */
export function toKeyRange(range: RangeInput, within: Uint8Array = new Uint8Array()): KeyRange {
  checkNames(range, rangeNames);
  const { prefix = '', from = '', to = '' } = range;
  const inside = (what: string, bound: Writable, bytesMax: number) =>
    limited(what, joined(within, toBoundBytes(what, bound, bytesMax)), bytesMax);
  // An empty bound bounds nothing. With `within` before it, it would be a bound.
  const bound = (what: string, given: Writable) =>
    given.length === 0 ? new Uint8Array() : inside(what, given, keyBytesMax + 1);
  return {
    prefix: inside('prefix', prefix, keyBytesMax),
    from: bound('from', from),
    to: bound('to', to),
  };
}

/** The numbers of a scan. `limit`: infinite if there is none. @throws TypeError */
export function toPageLimits(options: ScanOptions): Record<'limit' | 'pageSize', number> {
  checkNames(options, scanOptionNames);
  const { limit, pageSize = scanLimitMax } = options;
  if (limit !== undefined && !(Number.isSafeInteger(limit) && limit >= 1)) {
    throw new TypeError(`limit is ${limit}; it must be a whole number from 1`);
  }
  if (!Number.isSafeInteger(pageSize) || pageSize < 1 || pageSize > scanLimitMax) {
    throw new TypeError(`pageSize is ${pageSize}; it must be a whole number to ${scanLimitMax}`);
  }
  return { limit: limit ?? Number.POSITIVE_INFINITY, pageSize };
}

/** The revision to count at, and the options of each call. @throws TypeError */
export function toCountInput({ asOf, ...how }: CountOptions): {
  readonly asOf: number | 'now';
  readonly how: GetOptions;
} {
  checkNames({ asOf, ...how }, countOptionNames);
  return { asOf: toRevision(asOf), how };
}

/** @throws TypeError */
export function toRevision(asOf: number | undefined): number | 'now' {
  if (asOf === undefined) return 'now';
  if (Number.isSafeInteger(asOf) && asOf >= 0) return asOf;
  throw new TypeError(`asOf is ${asOf}; it must be a revision, which is a whole number`);
}
