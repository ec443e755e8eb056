/**
 * Recent entries, up to a limit in bytes. Two generations approximate the order of use: an entry that is used
 * moves to the young generation. When the young generation is full it becomes the old one, and the entries of
 * the former old generation are dropped.
 */
import type { CacheSlot } from './cached-entry.ts';
import { textBytesMax } from './cached-value.ts';

/** Estimated memory of a slot besides its key and value. */
const overheadBytes = 224;

export class RecentEntries {
  readonly #generationBytesMax: number;
  #young = new Map<string, CacheSlot>();
  #old = new Map<string, CacheSlot>();
  #youngBytes = 0;
  #hasDropped = false;

  /** `bytesMax`: approximate limit of both generations together. */
  constructor(bytesMax: number) {
    this.#generationBytesMax = bytesMax / 2;
  }

  /** Whether any entry has been dropped since the start. */
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

  add(slot: CacheSlot): void {
    if (isTooLarge(slot)) {
      this.#hasDropped = true;
      return;
    }
    this.#young.set(slot.name, slot);
    this.#grow(bytesOf(slot));
  }

  /** The entry of `slot` has grown by `bytes`, which may be negative. */
  onChanged(slot: CacheSlot, bytes: number): void {
    if (isTooLarge(slot)) {
      this.#hasDropped = true;
      this.#young.delete(slot.name);
      this.#old.delete(slot.name);
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
  return overheadBytes + name.length + (entry?.value.length ?? 0);
}

/** Larger values would displace many others, so they are read from the database each time. */
function isTooLarge({ entry }: CacheSlot): boolean {
  return entry !== undefined && entry.value.length > textBytesMax;
}
