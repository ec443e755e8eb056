/**
 * When what is applied gets written: behind the answers, much of it together, and never so late that
 * memory fills. Answers need not wait for it, for a decision is durable in the journals of a quorum.
 */
import type { Clock } from '@paxkv/paxos';
import type { StateMachine } from '../../state-machine/state-machine.ts';

/**
 * From the beginning of one write to that of the next, if not much waits. What is written twice in this
 * time reaches the database once; and so much, at most, is applied anew after a crash.
 */
export const writeIntervalMs = 500;
/** So much that changed does not wait for the interval to end. */
const hastyBytes = 4 * 1024 * 1024;
/** Nor does so much of the log, which is kept until then. A few keys may change often. */
const hastyLogBytes = 16 * 1024 * 1024;
/** With so much not durable nothing more is applied. */
const undurableBytesMax = 32 * 1024 * 1024;
const undurableLogBytesMax = 64 * 1024 * 1024;

export interface WriteBehindOptions {
  readonly machine: Pick<
    StateMachine,
    'applied' | 'durable' | 'flush' | 'waitingBytes' | 'undurableBytes'
  >;
  readonly clock: Clock;
  /** The machine is durable further than before. */
  readonly onWritten: () => void;
  /** A write failed. Told once; nothing more is written. */
  readonly onFailed: (error: unknown) => void;
}

export class WriteBehind {
  readonly #options: WriteBehindOptions;
  #writing: Promise<void> | undefined;
  #begunMs = Number.NEGATIVE_INFINITY;
  /** Of what was applied since the last write began, and before. */
  #waitingLogBytes = 0;
  #writingLogBytes = 0;
  #isOver = false;
  #cancelTimer: (() => void) | undefined;

  constructor(options: WriteBehindOptions) {
    this.#options = options;
  }

  /** Has what was applied since the last write written in time. To be called after each run of the log. */
  onApplied(logBytes: number): void {
    this.#waitingLogBytes += logBytes;
    this.#beginInTime();
  }

  /** Resolves when there is room for more. To be asked before each run; `undefined`: there is. */
  get room(): Promise<void> | undefined {
    const logBytes = this.#waitingLogBytes + this.#writingLogBytes;
    const isFull =
      this.#options.machine.undurableBytes >= undurableBytesMax || logBytes >= undurableLogBytesMax;
    return isFull ? this.#writing : undefined;
  }

  /** Writes all that was applied, if the disk lets it, and no more from then on. */
  async end(): Promise<void> {
    await this.#writing;
    if (this.#isOver) return;
    this.#begin();
    this.#isOver = true;
    await this.#writing;
  }

  #beginInTime(): void {
    const { machine, clock } = this.#options;
    if (this.#isOver || this.#writing !== undefined) return;
    if (machine.applied === machine.durable) return;
    const dueMs = this.#begunMs + writeIntervalMs;
    if (this.#isMuch() || clock.now() >= dueMs) this.#begin();
    else this.#cancelTimer ??= clock.at(dueMs, () => this.#begin());
  }

  #isMuch(): boolean {
    const { waitingBytes } = this.#options.machine;
    return waitingBytes >= hastyBytes || this.#waitingLogBytes >= hastyLogBytes;
  }

  #begin(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    this.#begunMs = this.#options.clock.now();
    this.#writingLogBytes = this.#waitingLogBytes;
    this.#waitingLogBytes = 0;
    this.#writing = this.#write();
  }

  readonly #pause = (): Promise<void> => {
    const { clock } = this.#options;
    return new Promise((resolve) => clock.at(clock.now(), resolve));
  };

  async #write(): Promise<void> {
    const { machine, onWritten, onFailed } = this.#options;
    try {
      await machine.flush(this.#pause);
      onWritten();
    } catch (error) {
      this.#isOver = true;
      onFailed(error);
    }
    this.#writing = undefined;
    this.#writingLogBytes = 0;
    this.#beginInTime();
  }
}
