/**
 * Applies decisions strictly in order of their instances, as soon as each is decided, and reports them at
 * once. Their effects become durable on this server a little later, after the replies.
 * Rule: the effect of an instance is durable on this server before the instance may be forgotten.
 */
import type { Clock, Decision, Paxos } from '@paxkv/paxos';
import type { Bytes, PageRead } from '@paxkv/protocol';
import type { Limits } from '../../config/settings.ts';
import type {
  Applied,
  Found,
  HasRoom,
  NotShown,
  PageReply,
  StateMachine,
} from '../../state-machine/state-machine.ts';
import { DecisionQueue, isMeeting, type Run } from './decision-queue.ts';
import { LogVolume } from './log-volume.ts';
import { WriteBehind } from './write-behind.ts';

export interface ApplierOptions {
  readonly paxos: Pick<Paxos<Bytes>, 'done'>;
  readonly clock: Clock;
  readonly limits?: Pick<Limits, 'undurableBytesMax'>;
  readonly observer?: ApplyObserver | undefined;
}

/** Learns how long work took, in milliseconds. Default: nobody does, and nothing is measured. */
export interface ApplyObserver {
  /** A run of the log was applied. */
  onApplied(tookMs: number): void;
  /** A write of the state to its database has ended. */
  onStateWritten(tookMs: number): void;
}

export interface ApplierListener {
  onApplied(instances: readonly Applied[]): void;
  /** The state was written. */
  onWritten(): void;
  /** A decision could not be applied, or the state could not be written. Nothing more is applied. */
  onFailed(error: unknown): void;
}

/** What the rest of the replica may read of the state: how far it is applied, and the values of keys. */
export type AppliedState = Pick<
  Applier,
  'applied' | 'durable' | 'next' | 'read' | 'readRange' | 'flush'
>;

export class Applier {
  readonly #options: ApplierOptions;
  readonly #decided: DecisionQueue;
  #listener: ApplierListener | undefined;
  #machine: StateMachine;
  #writeBehind: WriteBehind;
  #volume: LogVolume;
  /** Until `start`, and while the state is being replaced. */
  #isPaused = true;
  #isApplying = false;
  #applying: Promise<void> = Promise.resolve();

  constructor(machine: StateMachine, options: ApplierOptions) {
    this.#options = options;
    this.#machine = machine;
    this.#decided = new DecisionQueue(machine.applied + 1);
    this.#writeBehind = this.#createWriteBehind(machine);
    this.#volume = new LogVolume(machine.applied);
  }

  get machine(): StateMachine {
    return this.#machine;
  }

  /** The highest instance applied, or −1. */
  get applied(): number {
    return this.#machine.applied;
  }

  /** The highest instance whose effects are in the database, or −1. */
  get durable(): number {
    return this.#machine.durable;
  }

  /** The lowest instance whose decision has not come. All those below it are applied or about to be. */
  get next(): number {
    return this.#decided.next;
  }

  /** Bytes of decisions that wait to be applied. */
  get waitingBytes(): number {
    return this.#decided.bytes;
  }

  /** Bytes of the values that were applied above instance `seq`, to some tens of instances. */
  bytesAbove(seq: number): number {
    return this.#volume.above(seq);
  }

  /** What `key` holds after the highest instance applied; see `StateMachine.read`. @throws StateError */
  read(key: Bytes, hasRoom: HasRoom): Found | Promise<Found> {
    return this.#machine.read(key, hasRoom);
  }

  /** A page of a range after the highest instance applied; see `StateMachine.readRange`. @throws StateError */
  readRange(command: PageRead): Promise<PageReply | NotShown> {
    return this.#machine.readRange(command);
  }

  /** Starts to apply decisions, and to report them to `listener`. Called once. */
  start(listener: ApplierListener): void {
    this.#listener = listener;
    this.#continue();
  }

  /** Takes a decision, in any order. It is applied once every instance before it is. */
  add(decision: Decision<Bytes>): void {
    this.#decided.add(decision);
    this.#scheduleApply();
  }

  /** Resolves once everything applied at the time of the call is written, or could not be: see `durable`. */
  flush(): Promise<void> {
    return this.#writeBehind.flush();
  }

  /** Applies nothing more until `resume`. Resolves when everything applied so far is written. */
  async pause(): Promise<void> {
    this.#isPaused = true;
    await this.#applying;
    await this.#writeBehind.end();
  }

  /** Continues with the state of `machine`, in which more instances may be applied than before. */
  resume(machine: StateMachine): void {
    this.#machine = machine;
    this.#writeBehind = this.#createWriteBehind(machine);
    this.#volume = new LogVolume(machine.applied);
    this.#decided.skipTo(machine.applied + 1);
    this.#continue();
  }

  #continue(): void {
    this.#isPaused = false;
    this.#options.paxos.done(this.#machine.durable);
    this.#scheduleApply();
  }

  #createWriteBehind(machine: StateMachine): WriteBehind {
    const { clock, paxos, limits, observer } = this.#options;
    return new WriteBehind({
      machine,
      clock,
      undurableBytesMax: limits?.undurableBytesMax,
      // Safety: until an effect is on disk here, the log is the only copy that this server has.
      onWritten: (tookMs) => {
        observer?.onStateWritten(tookMs);
        paxos.done(machine.durable);
        this.#listener?.onWritten();
      },
      onFailed: (error) => this.#fail(error),
    });
  }

  #scheduleApply(): void {
    if (this.#isApplying) return;
    this.#isApplying = true;
    // Decisions that are announced in one turn are applied as one run.
    this.#applying = Promise.resolve().then(() => this.#applyAll());
  }

  async #applyAll(): Promise<void> {
    try {
      while (!this.#isPaused) {
        const run = this.#decided.takeRun();
        if (run.decisions.length === 0) break;
        const applied = this.#apply(run);
        this.#listener?.onApplied(applied instanceof Promise ? await applied : applied);
        this.#volume.add(this.applied, run.bytes);
        this.#writeBehind.onApplied(run.bytes);
        // Replicas that write at the same instance can compare their states.
        if (isMeeting(this.applied)) this.#writeBehind.writeNow();
        while (this.#writeBehind.room !== undefined) await this.#writeBehind.room;
        // A replica that catches up must not delay votes and heartbeats.
        if (run.isFull) await this.#yieldToOthers();
      }
    } catch (error) {
      this.#fail(error);
    } finally {
      this.#isApplying = false;
    }
  }

  #apply({ decisions }: Run): readonly Applied[] | Promise<readonly Applied[]> {
    const { observer, clock } = this.#options;
    if (observer === undefined) return this.#machine.apply(decisions);
    const begunMs = clock.now();
    const applied = this.#machine.apply(decisions);
    const report = () => observer.onApplied(clock.now() - begunMs);
    if (!(applied instanceof Promise)) {
      report();
      return applied;
    }
    return applied.finally(report);
  }

  #yieldToOthers(): Promise<void> {
    const { clock } = this.#options;
    return new Promise((resolve) => clock.at(clock.now(), resolve));
  }

  #fail(error: unknown): void {
    this.#isPaused = true;
    this.#listener?.onFailed(error);
  }
}
