/** A reference store: one copy, one operation at a time. Its answers are always right. */
import type {
  AppendAnswer,
  DeleteAnswer,
  GetAnswer,
  IncrementAnswer,
  PutAnswer,
} from '../history/operation.ts';

export class TrueStore {
  readonly #entries = new Map<string, { value: string; revision: number }>();
  #revision = 0;

  get(key: string): GetAnswer {
    return this.#entries.get(key) ?? { value: undefined };
  }

  put(key: string, value: string): PutAnswer {
    this.#revision += 1;
    this.#entries.set(key, { value, revision: this.#revision });
    return { revision: this.#revision };
  }

  append(key: string, value: string): AppendAnswer {
    const grown = (this.#entries.get(key)?.value ?? '') + value;
    return { ...this.put(key, grown), length: Buffer.byteLength(grown) };
  }

  /** `undefined`: the value is no counter. */
  increment(key: string, by: number): IncrementAnswer | undefined {
    const before = this.#entries.get(key)?.value ?? '0';
    if (!/^(?:0|-?[1-9]\d*)$/.test(before)) return undefined;
    const value = String(BigInt(before) + BigInt(by));
    return { ...this.put(key, value), value };
  }

  delete(key: string): DeleteAnswer {
    const deleted = this.#entries.delete(key);
    if (deleted) this.#revision += 1;
    return { revision: this.#revision, deleted };
  }
}
