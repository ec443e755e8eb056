/** Conditions of single writes: the write is done only if they hold. */
import type { Comparison } from '@paxkv/protocol';
import type { Writable } from '../encoding.ts';
import { type CallOptions, callOptionNames } from '../options.ts';

/** What must be true of a key for a write of it to be done. If both are given, both must. */
export type Condition<V = Writable> =
  | {
      /** The key's `modRevision`, or whether the key exists. */
      readonly ifRevision: number | 'absent' | 'present';
      readonly ifValue?: V;
    }
  | {
      /** The key's value, by its stored bytes. It never equals that of an absent key. */
      readonly ifValue: V;
      readonly ifRevision?: number | 'absent' | 'present';
    };

/** The options of a write that depends on a condition. */
export type ConditionalOptions<V = Writable> = CallOptions & Condition<V>;

export const conditionalOptionNames: readonly string[] = [
  ...callOptionNames,
  'ifRevision',
  'ifValue',
];

/** Whether the options name a condition. */
export function isConditional<V>(
  options: CallOptions | ConditionalOptions<V> | undefined,
): options is ConditionalOptions<V> {
  if (typeof options !== 'object' || options === null) return false;
  return ['ifRevision', 'ifValue'].some((name) => Reflect.get(options, name) !== undefined);
}

/** @throws TypeError for a condition of another form; what `toValue` throws. */
export function toComparisons<V>(
  key: Uint8Array,
  { ifRevision, ifValue }: Condition<V>,
  toValue: (value: V) => Uint8Array,
): readonly Comparison[] {
  return [
    ...(ifRevision === undefined ? [] : [revisionComparison(key, ifRevision)]),
    ...(ifValue === undefined
      ? []
      : [{ key, of: 'value', is: '=', to: toValue(ifValue) } as const]),
  ];
}

function revisionComparison(
  key: Uint8Array,
  ifRevision: number | 'absent' | 'present',
): Comparison {
  const of = 'modRevision';
  if (ifRevision === 'absent') return { key, of, is: '=', to: 0 };
  if (ifRevision === 'present') return { key, of, is: '>', to: 0 };
  if (Number.isSafeInteger(ifRevision) && ifRevision > 0)
    return { key, of, is: '=', to: ifRevision };
  throw new TypeError(
    `ifRevision is ${String(ifRevision)}; it must be a revision, "absent" or "present"`,
  );
}
