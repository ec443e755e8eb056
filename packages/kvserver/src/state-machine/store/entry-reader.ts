/** Reads entries for gets, from memory or else from the database, and copies a value only where there is room for it. */
import { type Entry, valueBytesMax } from '@paxkv/protocol';
import type { CacheSlot } from './cached-entry.ts';
import { toReplyEntry } from './cached-value.ts';
import type { EntryCache } from './entry-cache.ts';
import { ReadSlots } from './read-slots.ts';

/** There was no room for the value, so it was not read. */
export const noRoom = Symbol('no room');

/** The entry of a key, `undefined` if the key is absent. */
export type Found = Entry | undefined | typeof noRoom;

/**
 * Takes room for a value before it is copied. `valueBytes`: its length, or that of the longest one while the database
 * must be asked. Returns false if there is none.
 */
export type HasRoom = (valueBytes: number) => boolean;

export class EntryReader {
  readonly #entries: Pick<EntryCache, 'find' | 'load'>;
  readonly #slots = new ReadSlots();

  constructor(entries: Pick<EntryCache, 'find' | 'load'>) {
    this.#entries = entries;
  }

  /** Returns a promise only if the entry is not in memory. It rejects if the database cannot be read. */
  read(name: string, hasRoom: HasRoom): Found | Promise<Found> {
    const slot = this.#entries.find(name);
    if (slot === undefined) return hasRoom(valueBytesMax) ? this.#readLater(name) : noRoom;
    return hasRoom(slot.entry?.value.length ?? 0) ? entryOf(slot) : noRoom;
  }

  #readLater(name: string): Promise<Found> {
    const read = async () => {
      const [slot] = await this.#entries.load([name]);
      return slot && entryOf(slot);
    };
    return this.#slots.run(read, (entry) => entry?.value.length ?? 0);
  }
}

function entryOf({ entry }: CacheSlot): Entry | undefined {
  return entry && toReplyEntry(entry);
}
