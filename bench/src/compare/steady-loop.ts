/** Writers that never stop, and the time without an acknowledgement after an event. */

export interface Writer {
  /** Resolves when the write is acknowledged, however long that takes; rejects if the writer gave up. */
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

  /** Starts at once: each lane writes again as soon as it has its answer. */
  constructor(writer: Pick<Writer, 'write'>, laneCount: number) {
    this.#lanes = Promise.all(Array.from({ length: laneCount }, () => this.#run(writer)));
  }

  /** Count of writes that were given up. */
  get failureCount(): number {
    return this.#failureCount;
  }

  /**
   * Milliseconds from now until the first acknowledgement of a write that starts from now on. An answer
   * that was already on its way does not show which node serves now.
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
