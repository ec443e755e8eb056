/**
 * What keys hold, as far as memory knows it. The database behind it may be older: what was changed
 * stays here until a write has made it durable, and what was used lately stays as long as there is room.
 * Rule: whoever finds a key here finds what was applied last; who finds none may ask the database.
 */
import type { CacheSlot, Change } from './cached-entry.ts';
import type { CachedEntry } from './cached-value.ts';
import { RecentEntries } from './recent-entries.ts';

/** Of what stays only because it was used lately. */
const recentBytesMax = 80 * 1024 * 1024;
/** Beside key and value, of what waits to be written. */
const overheadBytes = 64;

export interface EntryCacheOptions {
  /** Asks the database what each of these keys holds, in their order. */
  readonly read: (names: readonly string[]) => Promise<CacheSlot[]>;
  readonly bytesMax?: number;
  /** Whether the database holds nothing yet. */
  readonly isNew?: boolean;
}

export class EntryCache {
  readonly #read: EntryCacheOptions['read'];
  readonly #recent: RecentEntries;
  readonly #isNew: boolean;
  /** Changed, and in no write yet. */
  #waiting = new Map<string, CacheSlot>();
  #waitingBytes = 0;
  /** In the write under way, if there is one. */
  #writing = new Map<string, CacheSlot>();
  #writingBytes = 0;
  #writeCount = 0;
  /** Of the run that is being applied. */
  #held = new Map<string, CacheSlot>();

  constructor({ read, bytesMax = recentBytesMax, isNew = false }: EntryCacheOptions) {
    this.#read = read;
    this.#recent = new RecentEntries(bytesMax);
    this.#isNew = isNew;
  }

  /** Of all keys with a change that is not durable yet, and in no write. */
  get waitingBytes(): number {
    return this.#waitingBytes;
  }

  /** Of all keys with a change that is not durable yet. */
  get undurableBytes(): number {
    return this.#waitingBytes + this.#writingBytes;
  }

  /** `undefined` where memory does not know. */
  find(name: string): CacheSlot | undefined {
    return (
      this.#recent.find(name) ??
      // Safety: what the database does not have yet must not be read from there.
      this.#waiting.get(name) ??
      this.#writing.get(name) ??
      this.#held.get(name) ??
      this.#absent(name)
    );
  }

  /** As long as memory has all that there ever was, what it does not know is not there. */
  #absent(name: string): CacheSlot | undefined {
    if (!this.#isNew || this.#recent.hasDropped) return undefined;
    const place = { name, entry: undefined, rowSum: undefined };
    this.#recent.add(place);
    return place;
  }

  /** What the keys hold: from memory, or else from the database. In their order. */
  async load(names: readonly string[]): Promise<CacheSlot[]> {
    const writeCount = this.#writeCount;
    const read = await this.#read(names);
    return read.map((place) => {
      const known = this.find(place.name);
      // Safety: what was read before a write began may be older than what that write left.
      if (known === undefined && writeCount === this.#writeCount) this.#recent.add(place);
      return known ?? place;
    });
  }

  /** Has all of these keys found until `release`, however many they are. */
  async hold(names: Iterable<string>): Promise<void> {
    const missing: string[] = [];
    for (const name of names) {
      const place = this.find(name);
      if (place === undefined) missing.push(name);
      else this.#held.set(name, place);
    }
    for (const place of await this.load(missing)) this.#held.set(place.name, place);
  }

  release(): void {
    this.#held.clear();
  }

  change(place: CacheSlot, entry: CachedEntry | undefined): void {
    const bytes = entry?.text.length ?? 0;
    const growth = bytes - (place.entry?.text.length ?? 0);
    place.entry = entry;
    this.#recent.onChanged(place, growth);
    const isWaiting = this.#waiting.has(place.name);
    this.#waitingBytes += isWaiting ? growth : overheadBytes + place.name.length + bytes;
    this.#waiting.set(place.name, place);
  }

  /** Every change since this was last called: the next write is of them. They are found until `settle`. */
  takeChanges(): readonly Change[] {
    this.#writing = this.#waiting;
    this.#writingBytes = this.#waitingBytes;
    this.#waiting = new Map();
    this.#waitingBytes = 0;
    this.#writeCount += 1;
    return Array.from(this.#writing.values(), (place) => ({ place, entry: place.entry }));
  }

  /** The database has what was taken last. */
  settle(): void {
    this.#writing = new Map();
    this.#writingBytes = 0;
  }
}
