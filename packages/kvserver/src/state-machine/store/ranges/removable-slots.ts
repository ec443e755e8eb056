/** Finds what a deleteRange at its place in the log may remove. */
import type { CommandOf } from '@paxkv/protocol';
import type { CacheSlot } from '../cached-entry.ts';
import { RemovalBound } from '../commands/delete-range.ts';
import type { EntryCache } from '../entry-cache.ts';
import { continuedAt, type NameRange, toNameRange } from './name-range.ts';
import type { RangeReader } from './range-reader.ts';

/**
 * The slots of the present keys of the range in order, up to the first that the command must leave. Nothing may be
 * applied meanwhile. Several parts of the range are read if much of it is undurable, which the result does not show.
 *
 * @throws StateError
 */
export async function removableSlots(
  reader: RangeReader,
  cache: Pick<EntryCache, 'find'>,
  command: CommandOf<'deleteRange'>,
): Promise<readonly CacheSlot[]> {
  const bound = new RemovalBound();
  const slots: CacheSlot[] = [];
  let range: NameRange | undefined = toNameRange(command);
  while (range !== undefined) {
    const { rest, keys } = await reader.open(range);
    for await (const part of keys) {
      for (const key of part) {
        // Safety: a key has one slot, through which every change of it goes.
        const slot = cache.find(key.name) ?? key.slot();
        slots.push(slot);
        if (!bound.take(slot)) return slots;
      }
    }
    range = rest === undefined ? undefined : continuedAt(range, rest);
  }
  return slots;
}
