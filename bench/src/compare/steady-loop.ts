/** Writers that never stop, and how long none of them was served after something happened. */

export interface Writer {
  /** Resolves when the write is acknowledged, whatever it takes; rejects if it was given up. */
  write(): Promise<unknown>;
  close(): Promise<void>;
}

interface Question {
  readonly fromMs: number;
  readonly resolve: (ms: number) => void;
}

export class SteadyLoop {
  readonly #lanes: Promise<unknown>;
  #question: Question | undefined;
  #isStopping = false;
  #failureCount = 0;

  /** Begins at once: each lane writes when it has its answer. */
  constructor(writer: Pick<Writer, 'write'>, laneCount: number) {
    this.#lanes = Promise.all(Array.from({ length: laneCount }, () => this.#run(writer)));
  }

  /** Writes that were given up. */
  get failureCount(): number {
    return this.#failureCount;
  }

  /**
   * Milliseconds from now until the first acknowledgement of a write that begins from now on: an
   * answer that was on its way already says nothing of who serves now.
   */
  nextAcknowledged(): Promise<number> {
    return new Promise((resolve) => {
      this.#question = { fromMs: performance.now(), resolve };
    });
  }

  async stop(): Promise<void> {
    this.#isStopping = true;
    await this.#lanes;
  }

  async #run(writer: Pick<Writer, 'write'>): Promise<void> {
    while (!this.#isStopping) {
      const begunMs = performance.now();
      try {
        await writer.write();
        this.#acknowledged(begunMs);
      } catch {
        this.#failureCount += 1;
        await new Promise((resolve) => setImmediate(resolve));
      }
    }
  }

  #acknowledged(begunMs: number): void {
    const question = this.#question;
    if (question === undefined || begunMs < question.fromMs) return;
    this.#question = undefined;
    question.resolve(performance.now() - question.fromMs);
  }
}
