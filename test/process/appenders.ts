/**
 * Clients that append numbered elements to one key, each client one after another: an element that is
 * lost, duplicated or out of order shows in the key's value.
 */
import { type KvClient, KvError, type Outcome } from '@paxkv/client';
import { expect } from 'chai';
import { Progress } from './progress.ts';

/** The state of one client; its elements are numbered from 0. */
interface AppenderState {
  acknowledgedCount: number;
  /** Outcome of the append at which it gave up. */
  gaveUp: Outcome | undefined;
}

export class Appenders {
  /** Total number of acknowledged appends. */
  readonly progress = new Progress();
  readonly #key: string;
  readonly #retriesNotDone: boolean;
  readonly #states: AppenderState[];
  readonly #work: Promise<void>;
  #isStopping = false;
  #lastFailure: { readonly cause?: unknown } = {};

  /**
   * Starts at once. A client whose append fails stops; with `retriesNotDone` it repeats an append that was
   * certainly not done, and stops only when the outcome is unknown.
   */
  constructor(
    key: string,
    clients: readonly KvClient[],
    { retriesNotDone = false }: { readonly retriesNotDone?: boolean } = {},
  ) {
    this.#key = key;
    this.#retriesNotDone = retriesNotDone;
    this.#states = clients.map(() => ({ acknowledgedCount: 0, gaveUp: undefined }));
    const lines = clients.map((client, index) => this.#append(client, index));
    this.#work = Promise.all(lines).then(() => {});
    this.#work.then(
      () => this.progress.fail(new Error('no client appends any more', this.#lastFailure)),
      (error: unknown) => this.progress.fail(error),
    );
  }

  /** Resolves when no append is in flight any more. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    await this.#work;
  }

  /** The outcome of the last append of each client that gave up. */
  get gaveUp(): Outcome[] {
    return this.#states.flatMap((state) => state.gaveUp ?? []);
  }

  /**
   * Checks that each acknowledged element is there once and in its client's order; an unknown one may be
   * there.
   */
  check(value: string | undefined): void {
    const found: number[][] = this.#states.map(() => []);
    for (const element of (value ?? '').split(' ').slice(0, -1)) {
      const [client = -1, number = -1] = element.split('.').map(Number);
      found[client]?.push(number);
      expect(found, `whose element is ${element}?`).to.have.property(`${client}`);
    }
    this.#states.forEach(({ acknowledgedCount, gaveUp }, client) => {
      const numbers = found[client] ?? [];
      const hasNext = gaveUp === 'unknown' && numbers.length > acknowledgedCount;
      const expected = Array.from({ length: acknowledgedCount + (hasNext ? 1 : 0) }, (_, n) => n);
      expect(numbers, `elements of client ${client}`).to.deep.equal(expected);
    });
  }

  async #append(client: KvClient, index: number): Promise<void> {
    const state = this.#states[index];
    if (state === undefined) return;
    while (!this.#isStopping) {
      try {
        await client.append(this.#key, `${index}.${state.acknowledgedCount} `);
      } catch (error) {
        if (!(error instanceof KvError)) throw error;
        if (this.#retriesNotDone && error.outcome === 'not done') continue;
        state.gaveUp = error.outcome;
        this.#lastFailure = { cause: error };
        return;
      }
      state.acknowledgedCount += 1;
      this.progress.add();
    }
  }
}
