/**
 * Recent entries, up to a limit in bytes. Large ones have a part of the limit, so that a few large values displace no
 * small ones; small ones have what those leave.
 */
import type { CacheSlot } from './cached-entry.ts';
import { textBytesMax } from './cached-value.ts';
import { Generations, slotBytesOf } from './generations.ts';

/** The part of the limit that large entries may take. */
const largeShare = 1 / 4;

export class RecentEntries {
  readonly #small: Generations;
  readonly #large: Generations;

  /** `bytesMax`: approximate limit of all entries together. */
  constructor(bytesMax: number) {
    const largeBytesMax = largeShare * bytesMax;
    this.#large = new Generations(() => largeBytesMax);
    this.#small = new Generations(() => bytesMax - Math.min(this.#large.bytes, largeBytesMax));
  }

  /** Whether any entry has been dropped since the start. */
  get hasDropped(): boolean {
    return this.#small.hasDropped || this.#large.hasDropped;
  }

  find(name: string): CacheSlot | undefined {
    return this.#small.find(name) ?? this.#large.find(name);
  }

  add(slot: CacheSlot): void {
    this.#ofSize(valueBytesOf(slot)).add(slot);
  }

  /** The entry of `slot` has grown by `bytes`, which may be negative. */
  onChanged(slot: CacheSlot, bytes: number): void {
    const valueBytes = valueBytesOf(slot);
    const [before, after] = [this.#ofSize(valueBytes - bytes), this.#ofSize(valueBytes)];
    if (before === after) after.grow(bytes);
    else if (before.delete(slot, slotBytesOf(slot) - bytes)) after.add(slot);
  }

  #ofSize(valueBytes: number): Generations {
    return valueBytes > textBytesMax ? this.#large : this.#small;
  }
}

function valueBytesOf({ entry }: CacheSlot): number {
  return entry?.value.length ?? 0;
}
