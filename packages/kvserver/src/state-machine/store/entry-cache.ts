/**
 * Entry cache: the entries of keys in memory. Dirty entries stay until a write has made them durable, since
 * the database is older. Recent entries stay as long as there is room.
 * Rule: an entry in the cache is the latest one. The database may be read only for keys without a slot here.
 */
import type { CacheSlot, Change } from './cached-entry.ts';
import type { CachedEntry } from './cached-value.ts';
import { RecentEntries } from './recent-entries.ts';

/** Limit for the recent entries, unless another is given. */
const recentBytesMax = 80 * 1024 * 1024;
/** Estimated overhead of a dirty entry besides its key and value. */
const overheadBytes = 64;

export interface EntryCacheOptions {
  /** Reads the slots of these keys from the database, in the same order. */
  readonly read: (names: readonly string[]) => Promise<CacheSlot[]>;
  /** About how many bytes of recent entries it keeps. Default 80 MiB. */
  readonly bytesMax?: number | undefined;
  /** Whether the database is empty. */
  readonly isNew?: boolean;
}

export class EntryCache {
  readonly #read: EntryCacheOptions['read'];
  readonly #recent: RecentEntries;
  readonly #isNew: boolean;
  /** Changed entries that are in no write yet. */
  #dirty = new Map<string, CacheSlot>();
  #dirtyBytes = 0;
  /** Entries in the write that runs, if one does. */
  #writing = new Map<string, CacheSlot>();
  #writingBytes = 0;
  #writeCount = 0;
  /** Entries of the run that is being applied. */
  #held = new Map<string, CacheSlot>();

  constructor({ read, bytesMax = recentBytesMax, isNew = false }: EntryCacheOptions) {
    this.#read = read;
    this.#recent = new RecentEntries(bytesMax);
    this.#isNew = isNew;
  }

  /** Approximate bytes of changed entries that are in no write yet. */
  get dirtyBytes(): number {
    return this.#dirtyBytes;
  }

  /** Approximate bytes of changed entries that are not durable yet. */
  get undurableBytes(): number {
    return this.#dirtyBytes + this.#writingBytes;
  }

  /** The slots of all entries that are not durable yet, each once. */
  *undurable(): Generator<CacheSlot> {
    yield* this.#dirty.values();
    for (const slot of this.#writing.values()) if (!this.#dirty.has(slot.name)) yield slot;
  }

  /** `undefined` if the key is not in memory. */
  find(name: string): CacheSlot | undefined {
    return (
      this.#recent.find(name) ??
      // Safety: the database has an older entry for these keys.
      this.#dirty.get(name) ??
      this.#writing.get(name) ??
      this.#held.get(name) ??
      this.#absent(name)
    );
  }

  /** While memory has every entry ever written, a key that is not in memory is absent. */
  #absent(name: string): CacheSlot | undefined {
    if (!this.#isNew || this.#recent.hasDropped) return undefined;
    const slot = { name, entry: undefined, rowSum: undefined };
    this.#recent.add(slot);
    return slot;
  }

  /** The slots of these keys, in the same order, read from the database if they are not in memory. */
  async load(names: readonly string[]): Promise<CacheSlot[]> {
    const writeCount = this.#writeCount;
    const read = await this.#read(names);
    return read.map((slot) => {
      const known = this.find(slot.name);
      // Safety: an entry that was read before a write began may be older than the one written.
      if (known === undefined && writeCount === this.#writeCount) this.#recent.add(slot);
      return known ?? slot;
    });
  }

  /** Loads these keys and keeps them in memory until `release`, however many they are. Returns the slot of each once. */
  async hold(names: Iterable<string>): Promise<readonly CacheSlot[]> {
    const missing: string[] = [];
    const slots: CacheSlot[] = [];
    for (const name of new Set(names)) {
      const slot = this.find(name);
      if (slot === undefined) missing.push(name);
      else slots.push(slot);
    }
    for (const slot of slots) this.#held.set(slot.name, slot);
    const loaded = await this.load(missing);
    for (const slot of loaded) this.#held.set(slot.name, slot);
    return [...slots, ...loaded];
  }

  release(): void {
    this.#held.clear();
  }

  change(slot: CacheSlot, entry: CachedEntry | undefined): void {
    const bytes = entry?.value.length ?? 0;
    const growth = bytes - (slot.entry?.value.length ?? 0);
    slot.entry = entry;
    this.#recent.onChanged(slot, growth);
    const isDirty = this.#dirty.has(slot.name);
    this.#dirtyBytes += isDirty ? growth : overheadBytes + slot.name.length + bytes;
    this.#dirty.set(slot.name, slot);
  }

  /** All changes since the last call, for the next write. They stay in memory until `settle`. */
  takeChanges(): readonly Change[] {
    this.#writing = this.#dirty;
    this.#writingBytes = this.#dirtyBytes;
    this.#dirty = new Map();
    this.#dirtyBytes = 0;
    this.#writeCount += 1;
    return Array.from(this.#writing.values(), (slot) => ({ slot, entry: slot.entry }));
  }

  /** Called when the changes taken last are durable. */
  settle(): void {
    this.#writing = new Map();
    this.#writingBytes = 0;
  }
}
