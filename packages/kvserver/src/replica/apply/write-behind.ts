/**
 * Schedules the writes of the state to the database. They happen after the replies, with many changes in one
 * write, and soon enough to bound memory. Replies need not wait for them, since a decision is durable in the
 * journals of a quorum.
 */
import type { Clock } from '@paxkv/paxos';
import type { StateMachine } from '../../state-machine/state-machine.ts';

/**
 * Time from the start of one write to the start of the next, unless much is waiting. An entry that changes
 * twice in this time is written once. After a crash, at most this much of the log is applied again.
 */
export const writeIntervalMs = 500;
/** Nothing more is applied while this many changed bytes are not durable. */
const undurableBytesMaxDefault = 32 * 1024 * 1024;
/** This share of the bound is written without waiting for the interval to end. */
const urgentShare = 1 / 8;
/**
 * The bound on bytes of the log that are applied and not durable: the log is kept until then, even if few keys
 * change. A quarter of it is written without waiting.
 */
const undurableLogFactor = 2;
const urgentLogShare = 1 / 4;

export interface WriteBehindOptions {
  readonly machine: Pick<
    StateMachine,
    'applied' | 'durable' | 'flush' | 'dirtyBytes' | 'undurableBytes'
  >;
  readonly clock: Clock;
  /** Nothing more is applied while this many changed bytes are not durable. Default 32 MiB. */
  readonly undurableBytesMax?: number | undefined;
  /** The machine has become durable up to a higher instance. The write took `tookMs`. */
  readonly onWritten: (tookMs: number) => void;
  /** A write failed. Called once; nothing more is written. */
  readonly onFailed: (error: unknown) => void;
}

export class WriteBehind {
  readonly #options: WriteBehindOptions;
  readonly #undurableBytesMax: number;
  #writing: Promise<void> | undefined;
  /** When the last write started. */
  #startedMs: number | undefined;
  /** Bytes of the log applied since the last write started, and in the write in progress. */
  #waitingLogBytes = 0;
  #writingLogBytes = 0;
  #hasEnded = false;
  #cancelTimer: (() => void) | undefined;

  constructor(options: WriteBehindOptions) {
    this.#options = options;
    this.#undurableBytesMax = options.undurableBytesMax ?? undurableBytesMaxDefault;
  }

  /** Schedules the write of a run that was applied. */
  onApplied(logBytes: number): void {
    this.#waitingLogBytes += logBytes;
    this.#schedule();
  }

  /** Writes at once what was applied, unless a write is under way. */
  writeNow(): void {
    const { machine } = this.#options;
    if (this.#hasEnded || this.#writing !== undefined || machine.applied === machine.durable)
      return;
    this.#begin();
  }

  /** Writes everything that is applied at the time of the call, if the disk allows it. */
  async flush(): Promise<void> {
    await this.#writing;
    this.writeNow();
    await this.#writing;
  }

  /** `undefined` if the next run may be applied; otherwise resolves when that may have changed. */
  get room(): Promise<void> | undefined {
    const logBytes = this.#waitingLogBytes + this.#writingLogBytes;
    const isFull =
      this.#options.machine.undurableBytes >= this.#undurableBytesMax ||
      logBytes >= this.#undurableLogBytesMax;
    return isFull ? this.#writing : undefined;
  }

  /** Writes everything that was applied, if the disk allows it, and nothing after that. */
  async end(): Promise<void> {
    await this.#writing;
    if (this.#hasEnded) return;
    this.#begin();
    this.#hasEnded = true;
    await this.#writing;
  }

  #schedule(): void {
    const { machine, clock } = this.#options;
    if (this.#hasEnded || this.#writing !== undefined) return;
    if (machine.applied === machine.durable) return;
    const now = clock.now();
    const dueMs = this.#startedMs === undefined ? now : this.#startedMs + writeIntervalMs;
    if (this.#isUrgent() || now >= dueMs) this.#begin();
    else this.#cancelTimer ??= clock.at(dueMs, () => this.#begin());
  }

  #isUrgent(): boolean {
    const { dirtyBytes } = this.#options.machine;
    return (
      dirtyBytes >= urgentShare * this.#undurableBytesMax ||
      this.#waitingLogBytes >= urgentLogShare * this.#undurableLogBytesMax
    );
  }

  get #undurableLogBytesMax(): number {
    return undurableLogFactor * this.#undurableBytesMax;
  }

  #begin(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    this.#startedMs = this.#options.clock.now();
    this.#writingLogBytes = this.#waitingLogBytes;
    this.#waitingLogBytes = 0;
    this.#writing = this.#write();
  }

  readonly #pause = (): Promise<void> => {
    const { clock } = this.#options;
    return new Promise((resolve) => clock.at(clock.now(), resolve));
  };

  async #write(): Promise<void> {
    const { machine, clock, onWritten, onFailed } = this.#options;
    const begunMs = clock.now();
    try {
      await machine.flush(this.#pause);
      onWritten(clock.now() - begunMs);
    } catch (error) {
      this.#hasEnded = true;
      onFailed(error);
    }
    this.#writing = undefined;
    this.#schedule();
  }
}
