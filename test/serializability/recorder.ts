/** Records transactions as they happen, in the order of real time, for the checker. */
import type { Answer, Selection, Transaction } from './transaction.ts';

/** What is asked of the store. */
export type Asked = Pick<Transaction, 'compares' | 'writes' | 'reads'>;

/** A transaction that has begun. Without an end its outcome stays unknown. */
export interface Begun {
  /** It was answered. `reads`: what the answer covers. Default: what was asked. */
  done(answer: Answer, reads?: readonly Selection[]): void;
  /** It certainly had no effect. */
  failed(): void;
}

export class TransactionRecorder {
  readonly #transactions = new Map<number, Transaction>();
  #position = 0;
  #count = 0;

  /** All that may have taken effect, by their calls. */
  get transactions(): readonly Transaction[] {
    return [...this.#transactions.values()];
  }

  /** Called just before the transaction is sent; what it returns, just after its outcome is known. */
  begin(asked: Asked): Begun {
    const id = this.#count;
    const begun: Transaction = { ...asked, id, position: this.#next(), fate: { name: 'open' } };
    this.#count += 1;
    this.#transactions.set(id, begun);
    return {
      done: (answer, reads = begun.reads) => {
        const fate = { name: 'ok', position: this.#next(), answer } as const;
        this.#transactions.set(id, { ...begun, reads, fate });
      },
      failed: () => void this.#transactions.delete(id),
    };
  }

  #next(): number {
    this.#position += 1;
    return this.#position;
  }
}
