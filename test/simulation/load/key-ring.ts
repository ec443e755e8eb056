/**
 * The keys that clients use. A key is retired after some use and replaced by a fresh one: checking a key's
 * history costs more, the longer it is and the more of its outcomes are unknown.
 */
import type { SeededRandom } from '@paxkv/simulator';

const useCountMax = 200;
const unknownCountMax = 4;
/** How many lanes use one key at most. */
const laneCountMax = 5;

/**
 * A list never loses what was appended: nothing is put there, or deleted. A register is never appended to, so
 * that checkers of registers can judge its history as well.
 */
export type KeyKind = 'register' | 'mixed' | 'list' | 'counter';

const kinds: readonly KeyKind[] = ['register', 'mixed', 'list', 'counter'];

export interface Key {
  readonly name: string;
  readonly kind: KeyKind;
}

class Slot {
  readonly kind: KeyKind;
  readonly #number: number;
  #generation = 0;
  #useCount = 0;
  #unknownCount = 0;

  constructor(number: number) {
    this.#number = number;
    this.kind = kinds[(number >> 1) % kinds.length] ?? 'register';
  }

  get key(): Key {
    return { name: `${this.kind}-${this.#number}.${this.#generation}`, kind: this.kind };
  }

  use(): void {
    this.#useCount += 1;
    this.#renewIfWorn();
  }

  /** The outcome of a write to this key is unknown. */
  doubt(name: string): void {
    if (name !== this.key.name) return;
    this.#unknownCount += 1;
    this.#renewIfWorn();
  }

  #renewIfWorn(): void {
    if (this.#useCount < useCountMax && this.#unknownCount < unknownCountMax) return;
    this.#generation += 1;
    this.#useCount = 0;
    this.#unknownCount = 0;
  }
}

export class KeyRing {
  readonly #random: SeededRandom;
  readonly #slots: readonly Slot[];
  readonly #slotsOf: readonly (readonly Slot[])[];
  readonly #kinds = new Map<string, KeyKind>();

  constructor(random: SeededRandom, sizes: { keyCount: number; laneCount: number }) {
    this.#random = random;
    this.#slots = Array.from({ length: sizes.keyCount }, (_, number) => new Slot(number));
    this.#slotsOf = share(this.#slots, sizes.laneCount);
  }

  /** Every key that was ever used. */
  get keys(): Key[] {
    return [...this.#kinds].map(([name, kind]) => ({ name, kind }));
  }

  /** A key for the next call of this lane: often the lane's first, so that some keys are contested. */
  take(lane: number): Key {
    const slots = this.#slotsOf[lane] ?? [];
    const slot = this.#random.chance(0.4) ? slots[0] : this.#random.pick(slots);
    if (slot === undefined) throw new TypeError(`there is no lane ${lane}`);
    const { key } = slot;
    this.#kinds.set(key.name, key.kind);
    slot.use();
    return key;
  }

  doubt(key: Key): void {
    for (const slot of this.#slots) slot.doubt(key.name);
  }
}

/** Lanes are divided into groups that are small enough; each group has its own slots. */
function share(slots: readonly Slot[], laneCount: number): Slot[][] {
  const groupCount = Math.ceil(laneCount / laneCountMax);
  return Array.from({ length: laneCount }, (_, lane) =>
    slots.filter((__, number) => number % groupCount === lane % groupCount),
  );
}
