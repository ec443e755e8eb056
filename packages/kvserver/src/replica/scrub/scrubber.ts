/**
 * Verifies in the background what a start did not read: first the tables of the database, then all rows, and all rows
 * again from time to time. It reads at a bounded rate, and slower while the event loop is busy.
 */
import type { Clock } from '@paxkv/paxos';
import type { ScrubLimits } from '../../config/scrub-limits.ts';
import type { StateMachine } from '../../state-machine/state-machine.ts';
import { attempt } from '../../storage/state/attempt.ts';
import type { StateTables } from '../../storage/state/state-database-options.ts';

/** Parts of a second between which a pass pauses, so that no part takes long. */
const partsPerSecond = 50;
const rowsAtOnceMax = 512;
/** A callback that comes this much too late means that the event loop is busy. */
const lateMsMin = 10;
/** The pause is then longer by this many times the delay. */
const lateFactor = 10;
const latePauseMsMax = 1000;

export interface ScrubberOptions {
  readonly clock: Clock;
  readonly limits: ScrubLimits;
  /** Something is damaged, or could not be read. Called at most once for each start. */
  readonly onFailed: (error: unknown) => void;
}

export interface ScrubStatus {
  /** Whether tables or rows are being verified, and it is not waiting for the next pass. */
  readonly isRunning: boolean;
  /** Rows verified in the pass that runs, or in the last one. */
  readonly rows: number;
  /** When the last pass ended, on the clock of the replica. Absent before the first one. */
  readonly lastPassMs: number | undefined;
}

type Verified = Pick<StateMachine, 'verifyRows'>;

export class Scrubber {
  readonly #options: ScrubberOptions;
  #status: ScrubStatus = { isRunning: false, rows: 0, lastPassMs: undefined };
  #isStopped = true;
  #running: Promise<void> = Promise.resolve();
  #endPause: () => void = () => {};

  constructor(options: ScrubberOptions) {
    this.#options = options;
  }

  get status(): ScrubStatus {
    return this.#status;
  }

  /** Begins with the tables, if there are any. Called again only after `stop`. */
  start(machine: Verified, tables?: Pick<StateTables, 'verifyNext'>): void {
    this.#isStopped = false;
    this.#running = this.#run(machine, tables).catch((error: unknown) => {
      if (!this.#isStopped) this.#options.onFailed(error);
    });
  }

  /** Resolves when nothing is read any more. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#endPause();
    await this.#running;
    this.#status = { ...this.#status, isRunning: false };
  }

  async #run(
    machine: Verified,
    tables: Pick<StateTables, 'verifyNext'> | undefined,
  ): Promise<void> {
    const { firstDelayMs, intervalMs } = this.#options.limits;
    if (tables !== undefined) await this.#verifyTables(tables);
    await this.#pause(firstDelayMs);
    while (!this.#isStopped) {
      await this.#verifyRows(machine);
      await this.#pause(intervalMs);
    }
  }

  async #verifyTables(tables: Pick<StateTables, 'verifyNext'>): Promise<void> {
    this.#status = { ...this.#status, isRunning: true };
    while (!this.#isStopped) {
      const bytes = await attempt('verify a table', () => tables.verifyNext());
      if (bytes === undefined) break;
      await this.#pace({ count: 0, bytes });
    }
    this.#status = { ...this.#status, isRunning: false };
  }

  async #verifyRows(machine: Verified): Promise<void> {
    const { clock, limits } = this.#options;
    const atOnce = Math.ceil(Math.min(rowsAtOnceMax, limits.rowsPerSecond / partsPerSecond));
    this.#status = { ...this.#status, isRunning: true, rows: 0 };
    while (!this.#isStopped) {
      const part = await machine.verifyRows(atOnce);
      this.#status = { ...this.#status, rows: this.#status.rows + part.count };
      if (part.isLast) {
        this.#status = { ...this.#status, isRunning: false, lastPassMs: clock.now() };
        return;
      }
      await this.#pace(part);
    }
  }

  async #pace({ count, bytes }: { count: number; bytes: number }): Promise<void> {
    const { clock, limits } = this.#options;
    const seconds = Math.max(count / limits.rowsPerSecond, bytes / limits.bytesPerSecond);
    const dueMs = clock.now() + seconds * 1000;
    await this.#pause(seconds * 1000);
    const lateMs = clock.now() - dueMs;
    if (lateMs > lateMsMin) await this.#pause(Math.min(latePauseMsMax, lateMs * lateFactor));
  }

  /** Ends early if it is stopped. */
  #pause(durationMs: number): Promise<void> {
    const { clock } = this.#options;
    if (this.#isStopped) return Promise.resolve();
    return new Promise((resolve) => {
      const cancel = clock.at(clock.now() + durationMs, resolve);
      this.#endPause = () => {
        cancel();
        resolve();
      };
    });
  }
}
