/**
 * Takes decisions strictly in order of seq to the state, a run of them at a time.
 * Rule: the effect of an instance is durable here before the instance may be forgotten.
 */
import type { Decision, Paxos } from '@paxkv/paxos';
import type { Bytes } from '../state-machine/command.ts';
import type { Applied, StateMachine } from '../state-machine/state-machine.ts';

/** Applied together, in one write. */
const runInstanceCountMax = 64;
const runBytesMax = 4 * 1024 * 1024;

export interface ApplierOptions {
  readonly paxos: Pick<Paxos<Bytes>, 'status' | 'done'>;
  readonly onApplied: (instances: readonly Applied[]) => void;
  /** The state could not take a decision. Nothing more is applied. */
  readonly onFailed: (error: unknown) => void;
}

export class Applier {
  readonly #options: ApplierOptions;
  #machine: StateMachine;
  #isHeld = false;
  #isApplying = false;
  #applying: Promise<void> = Promise.resolve();

  constructor(machine: StateMachine, options: ApplierOptions) {
    this.#machine = machine;
    this.#options = options;
  }

  get machine(): StateMachine {
    return this.#machine;
  }

  /** Sees to it that everything decided without a gap is applied soon. */
  apply(): void {
    if (this.#isApplying || this.#isHeld) return;
    this.#isApplying = true;
    this.#applying = this.#applyAll();
  }

  /** Applies nothing more until `take`, or for ever. Resolves when nothing is being applied. */
  async hold(): Promise<void> {
    this.#isHeld = true;
    await this.#applying;
  }

  /** Goes on with another state. */
  take(machine: StateMachine): void {
    this.#machine = machine;
    this.#isHeld = false;
    this.#options.paxos.done(machine.durable);
    this.apply();
  }

  async #applyAll(): Promise<void> {
    const { paxos, onApplied, onFailed } = this.#options;
    try {
      for (let run = this.#nextRun(); run.length > 0; run = this.#nextRun()) {
        const applied = await this.#machine.apply(run, { sync: true });
        paxos.done(this.#machine.durable);
        onApplied(applied);
      }
    } catch (error) {
      this.#isHeld = true;
      onFailed(error);
    } finally {
      this.#isApplying = false;
    }
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
