/** Finds out which writes make up a value: one put or append, and the appends after it. */
import type { Append, Operation, Put } from '../history/operation.ts';

type Write = Put | Append;

/** The writes in their order; or that no writes make up the value; or that they may do so in several ways. */
export type Writes = readonly Write[] | 'none' | 'several';

/** How a beginning of a value may be made up. */
interface Way {
  /** 2 for two or more. */
  readonly count: number;
  /** The last write, if there is only one way. */
  readonly write: Write | undefined;
}

export class Composition {
  /** Writes by their texts; an empty text adds nothing to a value. */
  readonly #puts = new Map<string, Write[]>();
  readonly #appends = new Map<string, Write[]>();
  readonly #lengths: readonly number[];

  /** `operations` are those of one key that may have had an effect. */
  constructor(operations: readonly Operation[]) {
    const lengths = new Set<number>();
    for (const operation of operations) {
      if ((operation.name !== 'put' && operation.name !== 'append') || operation.value === '') {
        continue;
      }
      const byText = operation.name === 'put' ? this.#puts : this.#appends;
      const writes = byText.get(operation.value) ?? [];
      writes.push(operation);
      byText.set(operation.value, writes);
      lengths.add(operation.value.length);
    }
    this.#lengths = [...lengths];
  }

  writesOf(value: string): Writes {
    const ways = new Map<number, Way>([[0, { count: 1, write: undefined }]]);
    for (let at = 0; at < value.length; at += 1) {
      const { count = 0 } = ways.get(at) ?? {};
      if (count > 0) this.#continue(ways, { value, at, count });
    }
    const { count = 0 } = ways.get(value.length) ?? {};
    if (count !== 1) return count === 0 ? 'none' : 'several';
    const writes: Write[] = [];
    for (let at = value.length; at > 0; ) {
      const write = ways.get(at)?.write;
      if (write === undefined) return 'several';
      writes.unshift(write);
      at -= write.value.length;
    }
    return writes;
  }

  /** Adds the ways that lead on from `at`. */
  #continue(
    ways: Map<number, Way>,
    { value, at, count }: { value: string; at: number; count: number },
  ): void {
    for (const length of this.#lengths) {
      if (at + length > value.length) continue;
      const text = value.slice(at, at + length);
      const puts = at === 0 ? (this.#puts.get(text) ?? []) : [];
      const writes = [...puts, ...(this.#appends.get(text) ?? [])];
      if (writes.length === 0) continue;
      const before = ways.get(at + length)?.count ?? 0;
      const sum = Math.min(2, before + count * writes.length);
      ways.set(at + length, { count: sum, write: sum === 1 ? writes[0] : undefined });
    }
  }
}
