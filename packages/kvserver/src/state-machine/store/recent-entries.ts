/**
 * Places used lately, within a bound of bytes. Two generations stand in for an exact order of use: who
 * is used moves to the young one, and when that is full, it takes the place of the old one, which goes.
 */
import type { CacheSlot } from './cached-entry.ts';

/** Beside key and value: what a place costs in memory, about. */
const overheadBytes = 224;
/** Of a value. Larger ones would crowd out much else: they are read from the database each time. */
const valueBytesMax = 64 * 1024;

export class RecentEntries {
  readonly #generationBytesMax: number;
  #young = new Map<string, CacheSlot>();
  #old = new Map<string, CacheSlot>();
  #youngBytes = 0;
  #hasDropped = false;

  /** `bytesMax`: of both generations together, about. */
  constructor(bytesMax: number) {
    this.#generationBytesMax = bytesMax / 2;
  }

  /** Whether any place may have gone for lack of room, ever. */
  get hasDropped(): boolean {
    return this.#hasDropped;
  }

  find(name: string): CacheSlot | undefined {
    const young = this.#young.get(name);
    if (young !== undefined) return young;
    const old = this.#old.get(name);
    if (old !== undefined) this.add(old);
    return old;
  }

  add(place: CacheSlot): void {
    if (isTooLarge(place)) {
      this.#hasDropped = true;
      return;
    }
    this.#young.set(place.name, place);
    this.#grow(bytesOf(place));
  }

  /** What a place holds has become larger by so many bytes, or smaller. */
  onChanged(place: CacheSlot, bytes: number): void {
    if (isTooLarge(place)) {
      this.#hasDropped = true;
      this.#young.delete(place.name);
      this.#old.delete(place.name);
    }
    this.#grow(bytes);
  }

  #grow(bytes: number): void {
    this.#youngBytes += bytes;
    if (this.#youngBytes < this.#generationBytesMax) return;
    this.#hasDropped ||= this.#old.size > 0;
    this.#old = this.#young;
    this.#young = new Map();
    this.#youngBytes = 0;
  }
}

function bytesOf({ name, entry }: CacheSlot): number {
  return overheadBytes + name.length + (entry?.text.length ?? 0);
}

function isTooLarge({ entry }: CacheSlot): boolean {
  return entry !== undefined && entry.text.length > valueBytesMax;
}
