/**
 * Recent changes: the latest changes of entries in memory, in the order of their revisions, for those who watch and for
 * reads of an earlier revision. All watchers read the same changes; none has a copy of its own.
 * Rule: it has every change after `since`, and all changes of a revision or none.
 */
import type { CachedEntry } from '../cached-value.ts';
import { isInRange, type NameRange } from '../ranges/name-range.ts';

/** Limit for the bytes of changes, unless another is given. */
export const recentChangesBytesMax = 32 * 1024 * 1024;
/** Estimated overhead of a change besides its key and value. */
const overheadBytes = 160;
/** Changes that one read looks at, so that it ends soon. */
const lookedAtMax = 20_000;
/** Dropped changes stay in the array until they are as many as the others, and at least so many. */
const droppedCountMin = 1024;

/** One change of one key. */
export interface RecentChange {
  readonly revision: number;
  readonly name: string;
  /** `undefined`: the key was absent. */
  readonly before: CachedEntry | undefined;
  /** `undefined`: the key was removed. */
  readonly entry: CachedEntry | undefined;
}

/** The changes of some revisions in a row, all of each. */
export interface ChangesSpan {
  /** It has every change after this revision … */
  readonly after: number;
  /** … up to this one. */
  readonly until: number;
  readonly changes: readonly RecentChange[];
}

export interface ChangesPage {
  readonly changes: readonly RecentChange[];
  /** Bytes of the keys and values in it. */
  readonly bytes: number;
  /** The page has every change of its range up to this revision. */
  readonly revision: number;
  /** Whether that is the revision of the store, or the one that the page was to begin after if that is higher. */
  readonly isLast: boolean;
}

export interface ChangesQuery {
  readonly range: NameRange;
  /** The revision after which the changes were made. */
  readonly after: number;
  /** The page ends with the revision at which it has so many bytes. */
  readonly bytesMax: number;
}

export class RecentChanges {
  /** The most bytes of changes in memory. */
  readonly bytesMax: number;
  #changes: (RecentChange | undefined)[] = [];
  /** The changes before this one are dropped. */
  #first = 0;
  #bytes = 0;
  #since: number;

  /** `revision`: that of the store, of whose earlier changes nothing is known. */
  constructor(revision: number, bytesMax = recentChangesBytesMax) {
    this.#since = revision;
    this.bytesMax = bytesMax;
  }

  /** The lowest revision after which it has every change. */
  get since(): number {
    return this.#since;
  }

  /** Approximate bytes of the changes in memory. */
  get bytes(): number {
    return this.#bytes;
  }

  /** The revision of a change is that of the store from now on, no lower than that of the last change. */
  add(change: RecentChange): void {
    // The key of the auth table is none that a client could name.
    if (change.name === '') return;
    this.#changes.push(change);
    this.#bytes += bytesOf(change);
    this.#dropSurplus();
  }

  /** Adds what came before the changes it has. Those are useless if some in between are gone, and it leaves them out. */
  addEarlier({ after, until, changes }: ChangesSpan): void {
    if (until !== this.#since) return;
    this.#changes = [...changes, ...this.#changes.slice(this.#first)];
    this.#first = 0;
    this.#since = after;
    this.#bytes += changes.reduce((sum, change) => sum + bytesOf(change), 0);
    this.#dropSurplus();
  }

  /** All changes after a revision that it has every later change of. */
  after(revision: number): readonly RecentChange[] {
    const changes = this.#changes.slice(this.#indexAfter(revision));
    return changes.filter((change) => change !== undefined);
  }

  /** The first changes of a range, as far as they fit; `undefined` if some after `after` are gone. */
  read({ range, after, bytesMax }: ChangesQuery, revision: number): ChangesPage | undefined {
    if (after < this.#since) return undefined;
    const found: RecentChange[] = [];
    let bytes = 0;
    let last = after;
    const start = this.#indexAfter(after);
    for (let index = start; index < this.#changes.length; index += 1) {
      const change = this.#changes[index];
      if (change === undefined) break;
      // Safety: a page that had a part of a revision would lose the rest of it.
      const isFull = bytes >= bytesMax || index - start >= lookedAtMax;
      if (isFull && change.revision > last) {
        return { changes: found, bytes, revision: last, isLast: false };
      }
      last = change.revision;
      if (!isInRange(range, change.name)) continue;
      found.push(change);
      bytes += shownBytesOf(change);
    }
    return { changes: found, bytes, revision: Math.max(after, revision), isLast: true };
  }

  /**
   * The entries at `revision` of the keys in a range that changed later, `undefined` for an absent key. Returns
   * `undefined` if some of these changes are gone. Its time grows with the number of changes since.
   */
  entriesAt(
    revision: number,
    range: NameRange,
  ): ReadonlyMap<string, CachedEntry | undefined> | undefined {
    if (revision < this.#since) return undefined;
    const entries = new Map<string, CachedEntry | undefined>();
    for (let index = this.#indexAfter(revision); index < this.#changes.length; index += 1) {
      const { name, before } = this.#changes[index] ?? {};
      if (name === undefined || entries.has(name) || !isInRange(range, name)) continue;
      entries.set(name, before);
    }
    return entries;
  }

  /** The names of the keys that changed after `revision`, as far as they are known. */
  namesAfter(revision: number): ReadonlySet<string> {
    const names = new Set<string>();
    for (let index = this.#indexAfter(revision); index < this.#changes.length; index += 1) {
      const change = this.#changes[index];
      if (change !== undefined) names.add(change.name);
    }
    return names;
  }

  /** The index of the first change after `revision`. */
  #indexAfter(revision: number): number {
    let low = this.#first;
    let high = this.#changes.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#changes[middle]?.revision ?? 0) > revision) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  #dropSurplus(): void {
    while (this.#bytes > this.bytesMax) this.#dropFirst();
  }

  #dropFirst(): void {
    const change = this.#changes[this.#first];
    if (change === undefined) return;
    this.#bytes -= bytesOf(change);
    this.#since = change.revision;
    // Its place goes later, and must not keep the value in memory until then.
    this.#changes[this.#first] = undefined;
    this.#first += 1;
    if (this.#first < droppedCountMin || 2 * this.#first < this.#changes.length) return;
    this.#changes = this.#changes.slice(this.#first);
    this.#first = 0;
  }
}

/** Approximate bytes of a change in memory. */
export function bytesOf(change: RecentChange): number {
  return shownBytesOf(change) + (change.before?.value.length ?? 0);
}

/** Those who watch are not shown what was before. */
function shownBytesOf({ name, entry }: RecentChange): number {
  return overheadBytes + name.length + (entry?.value.length ?? 0);
}
