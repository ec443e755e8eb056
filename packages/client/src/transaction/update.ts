/** Replaces a value by what a function makes of it. */
import type { Writable } from '../encoding.ts';
import type { CallOptions } from '../options.ts';
import type { Entry } from '../results.ts';
import type { ConditionalOptions } from './condition.ts';
import type { ConditionalResult } from './conditional-write.ts';
import { type RetryParts, untilDone } from './retried-change.ts';

/** The calls that an update consists of. */
export interface UpdateCalls<V, W> {
  getEntry(key: Writable, options: CallOptions): Promise<Entry<V> | undefined>;
  put(
    key: Writable,
    value: W,
    options: ConditionalOptions<W>,
  ): Promise<ConditionalResult<'put', V>>;
  delete(key: Writable, options: ConditionalOptions<W>): Promise<ConditionalResult<'delete', V>>;
  /** The value as it is read once it is written. */
  readBack(value: W): V;
}

/**
 * Resolves with the entry after the change. `change` gets the current value and returns the new one; `undefined` stands
 * for an absent key in both. It is called again whenever another write came in between.
 */
export async function update<V, W>(
  calls: UpdateCalls<V, W>,
  { key, change }: { readonly key: Writable; readonly change: Change<V, W> },
  { parts, options }: { readonly parts: RetryParts; readonly options: CallOptions },
): Promise<Entry<V> | undefined> {
  let seen: { readonly entry: Entry<V> | undefined } | undefined;
  return untilDone(parts, options, async (limits) => {
    const { entry } = seen ?? { entry: await calls.getEntry(key, limits()) };
    const value = await change(entry?.value);
    if (value === undefined && entry === undefined) return { done: undefined };
    const conditional = { ...limits(), ifRevision: entry?.modRevision ?? 'absent' } as const;
    const result =
      value === undefined
        ? await calls.delete(key, conditional)
        : await calls.put(key, value, conditional);
    if (!result.done) {
      seen = { entry: result.current };
      return undefined;
    }
    if (value === undefined) return { done: undefined };
    return { done: entryAfter(entry, calls.readBack(value), result.revision) };
  });
}

/** Makes the new value of the current one. */
export type Change<V, W = Writable> = (
  value: V | undefined,
) => W | undefined | Promise<W | undefined>;

function entryAfter<V>(before: Entry<V> | undefined, value: V, revision: number): Entry<V> {
  return {
    value,
    createRevision: before?.createRevision ?? revision,
    modRevision: revision,
    version: (before?.version ?? 0) + 1,
  };
}
