/**
 * Takes decisions strictly in order of seq to the state, a run of them at a time, and tells of them at
 * once. They are on disk here some time later.
 * Rule: the effect of an instance is durable here before the instance may be forgotten.
 */
import type { Clock, Decision, Paxos } from '@paxkv/paxos';
import type { Bytes } from '@paxkv/protocol';
import type { Applied, StateMachine } from '../../state-machine/state-machine.ts';
import { WriteBehind } from './write-behind.ts';

/** Applied together, with nothing between them. */
const runInstanceCountMax = 64;
const runBytesMax = 4 * 1024 * 1024;

export interface ApplierOptions {
  readonly paxos: Pick<Paxos<Bytes>, 'status' | 'done'>;
  readonly clock: Clock;
  readonly onApplied: (instances: readonly Applied[]) => void;
  /** The state could not take a decision, or could not be written. Nothing more is applied. */
  readonly onFailed: (error: unknown) => void;
}

export class Applier {
  readonly #options: ApplierOptions;
  #machine: StateMachine;
  #writeBehind: WriteBehind;
  #isHeld = false;
  #isApplying = false;
  #applying: Promise<void> = Promise.resolve();

  constructor(machine: StateMachine, options: ApplierOptions) {
    this.#options = options;
    this.#machine = machine;
    this.#writeBehind = this.#writeBehindOf(machine);
  }

  get machine(): StateMachine {
    return this.#machine;
  }

  /** Sees to it that everything decided without a gap is applied soon. */
  apply(): void {
    if (this.#isApplying || this.#isHeld) return;
    this.#isApplying = true;
    // Whoever tells of decisions one by one has told of all of them before the first is applied.
    this.#applying = Promise.resolve().then(() => this.#applyAll());
  }

  /** Applies nothing more until `take`, or for ever. Resolves when all that was applied is written. */
  async hold(): Promise<void> {
    this.#isHeld = true;
    await this.#applying;
    await this.#writeBehind.end();
  }

  /** Goes on with another state. */
  take(machine: StateMachine): void {
    this.#machine = machine;
    this.#writeBehind = this.#writeBehindOf(machine);
    this.#isHeld = false;
    this.#options.paxos.done(machine.durable);
    this.apply();
  }

  #writeBehindOf(machine: StateMachine): WriteBehind {
    const { clock, paxos } = this.#options;
    return new WriteBehind({
      ...{ machine, clock },
      // Safety: what is not on disk here can be had from the log alone.
      onWritten: () => paxos.done(machine.durable),
      onFailed: (error) => this.#fail(error),
    });
  }

  async #applyAll(): Promise<void> {
    try {
      for (let run = this.#nextRun(); run.length > 0; run = this.#nextRun()) {
        const applied = this.#machine.apply(run);
        this.#options.onApplied(applied instanceof Promise ? await applied : applied);
        this.#writeBehind.onApplied(bytesOf(run));
        while (this.#writeBehind.room !== undefined) await this.#writeBehind.room;
        // Who catches up must not keep votes and heartbeats waiting.
        if (run.length === runInstanceCountMax) await this.#othersTurn();
      }
    } catch (error) {
      this.#fail(error);
    } finally {
      this.#isApplying = false;
    }
  }

  #othersTurn(): Promise<void> {
    const { clock } = this.#options;
    return new Promise((resolve) => clock.at(clock.now(), resolve));
  }

  #fail(error: unknown): void {
    this.#isHeld = true;
    this.#options.onFailed(error);
  }

  #nextRun(): Decision<Bytes>[] {
    const run: Decision<Bytes>[] = [];
    if (this.#isHeld) return run;
    let bytes = 0;
    while (run.length < runInstanceCountMax && bytes < runBytesMax) {
      const seq = this.#machine.applied + 1 + run.length;
      const status = this.#options.paxos.status(seq);
      if (status.fate !== 'decided') break;
      run.push({ seq, value: status.value });
      bytes += status.value.length;
    }
    return run;
  }
}

function bytesOf(run: readonly Decision<Bytes>[]): number {
  return run.reduce((sum, { value }) => sum + value.length, 0);
}
