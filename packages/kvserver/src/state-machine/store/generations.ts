/**
 * Slots up to a limit in bytes. Two generations approximate the order of use: a slot that is used moves to the young
 * generation. When the young generation is full it becomes the old one, and the slots of the former old generation are
 * dropped.
 */
import type { CacheSlot } from './cached-entry.ts';

/** Estimated memory of a slot besides its key and value. */
const overheadBytes = 224;

export class Generations {
  readonly #bytesMax: () => number;
  #young = new Map<string, CacheSlot>();
  #old = new Map<string, CacheSlot>();
  #youngBytes = 0;
  #oldBytes = 0;
  #hasDropped = false;

  /** `bytesMax`: approximate limit of both generations together, at any time. */
  constructor(bytesMax: () => number) {
    this.#bytesMax = bytesMax;
  }

  /** Approximate bytes of both generations. A slot that moved from the old one counts in both. */
  get bytes(): number {
    return this.#youngBytes + this.#oldBytes;
  }

  /** Whether any slot has been dropped since the start. */
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
    this.#young.set(slot.name, slot);
    this.grow(slotBytesOf(slot));
  }

  /** Removes a slot that took `bytes` until now. Returns whether it was there. */
  delete({ name }: CacheSlot, bytes: number): boolean {
    const wasYoung = this.#young.delete(name);
    if (wasYoung) this.#youngBytes -= bytes;
    return this.#old.delete(name) || wasYoung;
  }

  /** Some slot has grown by `bytes`, which may be negative. */
  grow(bytes: number): void {
    this.#youngBytes += bytes;
    if (this.#youngBytes < this.#bytesMax() / 2) return;
    this.#hasDropped ||= this.#old.size > 0;
    this.#old = this.#young;
    this.#oldBytes = this.#youngBytes;
    this.#young = new Map();
    this.#youngBytes = 0;
  }
}

/** What a slot takes of the limit. */
export function slotBytesOf({ name, entry }: CacheSlot): number {
  return overheadBytes + name.length + (entry?.value.length ?? 0);
}
