/** What a program watches, and from where on. This file checks it. */
import type { KeyRange } from '@paxkv/protocol';
import type { Codec } from '../codec.ts';
import { joined, type Writable } from '../encoding.ts';
import { type CallOptions, checkNames, type Names } from '../options.ts';
import type { RangeInput } from '../range/range-input.ts';

/** One key, or the keys of a range. */
export type WatchedRange =
  | RangeInput
  | {
      /** 1 to 1024 bytes. */
      readonly key: Writable;
    };

/**
 * Options of a watch. `signal` ends it without an error. `timeoutMs`: how long all servers together may give no answer
 * before it ends with one; `Infinity` for ever.
 */
export interface WatchOptions extends CallOptions {
  /** The revision after which it begins, as a progress mark has told it. Default: that of the store when it is read. */
  readonly after?: number;
  /** Whether it begins with the entries that are present. Not together with `after`. Default false. */
  readonly initial?: boolean;
}

const watchOptionNames: readonly string[] = Object.keys({
  signal: true,
  timeoutMs: true,
  after: true,
  initial: true,
} satisfies Names<WatchOptions>);

/** @throws TypeError for input of another form; KvError `KV_BAD_REQUEST`, `KV_TOO_LARGE`. */
export function toWatchedRange(
  watched: WatchedRange,
  codec: Pick<Codec<unknown>, 'toKey' | 'toRange'>,
): KeyRange {
  if (!('key' in watched)) return codec.toRange(watched);
  checkNames(watched, ['key']);
  const from = codec.toKey(watched.key);
  return { prefix: new Uint8Array(), from, to: joined(from, Uint8Array.of(0)) };
}

/** @throws TypeError if an option is unknown or out of its range. */
export function checkWatchOptions(options: WatchOptions): void {
  checkNames(options, watchOptionNames);
  const { after, initial } = options;
  if (after !== undefined && !(Number.isSafeInteger(after) && after >= 0)) {
    throw new TypeError(`after is ${after}; it must be a revision, which is a whole number`);
  }
  if (after !== undefined && initial === true) {
    throw new TypeError('a watch begins after a revision or with the present entries, not both');
  }
}
