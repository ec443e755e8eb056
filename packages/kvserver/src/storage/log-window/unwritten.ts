/** Decided values on their way to the log window's files: consecutive, in memory, bounded by their consumer. */
import type { ReadLimits, WindowDecision } from './window-segment.ts';
import { recordBytes } from './window-segment.ts';

export class Unwritten {
  #decisions: WindowDecision[] = [];
  #bytes = 0;

  get bytes(): number {
    return this.#bytes;
  }

  /** The lowest instance, if there is one. */
  get first(): number | undefined {
    return this.#decisions[0]?.seq;
  }

  /** `decision` must follow the last one. */
  add(decision: WindowDecision): void {
    this.#decisions.push(decision);
    this.#bytes += recordBytes(decision.value);
  }

  /** The next decisions to write, of about `bytesMax` bytes. They stay until `remove`. */
  next(bytesMax: number): readonly WindowDecision[] {
    let bytes = 0;
    const end = this.#decisions.findIndex(({ value }) => {
      if (bytes >= bytesMax) return true;
      bytes += recordBytes(value);
      return false;
    });
    return end === -1 ? this.#decisions.slice() : this.#decisions.slice(0, end);
  }

  /** Removes decisions that were written, from the front. Some may be gone already. */
  remove(written: readonly WindowDecision[]): void {
    const next = (written.at(-1)?.seq ?? -1) + 1;
    let count = 0;
    while ((this.#decisions[count]?.seq ?? next) < next) {
      this.#bytes -= recordBytes(this.#decisions[count]?.value ?? new Uint8Array());
      count += 1;
    }
    this.#decisions.splice(0, count);
  }

  /** Values from `seq` on. Empty if it is not among them. */
  read(seq: number, { bytesMax, countMax }: ReadLimits): Uint8Array[] {
    const first = this.first;
    if (first === undefined || seq < first) return [];
    const values: Uint8Array[] = [];
    let bytes = 0;
    for (const { value } of this.#decisions.slice(seq - first, seq - first + countMax)) {
      if (bytes >= bytesMax) break;
      values.push(value);
      bytes += value.length;
    }
    return values;
  }

  clear(): void {
    this.#decisions = [];
    this.#bytes = 0;
  }
}
