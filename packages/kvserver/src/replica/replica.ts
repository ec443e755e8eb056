/**
 * Replica: the only place where Paxos and the state machine meet. Requests become values, values are
 * agreed on, decisions are applied in order, and replies go back.
 * Rule: the effect of an instance is durable here before the instance may be forgotten.
 */
import { KvError } from '@paxkv/client/errors';
import { type Decision, Paxos } from '@paxkv/paxos';
import { encodeBatch, noop } from '../state-machine/batch.ts';
import type { Bytes, Reply, Request } from '../state-machine/command.ts';
import { StateError } from '../state-machine/state-error.ts';
import { type Applied, StateMachine } from '../state-machine/state-machine.ts';
import { Holes } from './holes.ts';
import { PendingRequests } from './pending-requests.ts';
import { type OwnBatch, Proposals } from './proposals.ts';
import type { ReplicaOptions, ReplicaStatus } from './replica-options.ts';
import type { Submitter } from './submitter.ts';

/** Applied together, in one write. */
const runInstanceCountMax = 64;
const runBytesMax = 4 * 1024 * 1024;
/** How long a stop waits for the requests under way. */
const stopGraceMs = 1000;

export class Replica implements Submitter {
  readonly #options: ReplicaOptions;
  readonly #paxos: Paxos<Bytes>;
  readonly #machine: StateMachine;
  readonly #pending: PendingRequests;
  readonly #proposals = new Proposals();
  readonly #holes: Holes;
  #state: ReplicaStatus['state'] = 'running';
  #failure: Error | undefined;
  #batchCount = 0;
  #isApplying = false;
  #applying: Promise<void> | undefined;
  #stopping: Promise<void> | undefined;

  private constructor(options: ReplicaOptions, paxos: Paxos<Bytes>, machine: StateMachine) {
    const { clock, random, limits } = options;
    this.#options = options;
    this.#paxos = paxos;
    this.#machine = machine;
    this.#pending = new PendingRequests(clock, limits);
    this.#holes = new Holes({
      ...{ paxos, clock, random },
      next: () => machine.applied + 1,
      isInFlight: (seq) => this.#proposals.isInFlight(seq),
    });
  }

  /**
   * Takes up state and promises where they are, and joins the others.
   *
   * @throws PaxosError, StateError; `STATE_DAMAGED` also if the log has forgotten what the state lacks.
   */
  static async open(options: ReplicaOptions): Promise<Replica> {
    const machine = await StateMachine.open(options.state);
    let replica: Replica | undefined;
    let stopped: Error | undefined;
    const paxos = await Paxos.open<Bytes>({
      ...options,
      onDecided: (decision) => {
        if (replica !== undefined) replica.#onDecided(decision);
      },
      onStopped: (error) => {
        stopped = error;
        if (replica !== undefined) replica.#fail(error);
      },
    });
    if (machine.applied + 1 < paxos.min()) {
      await paxos.kill();
      throw new StateError(
        'STATE_DAMAGED',
        `The state ends at instance ${machine.applied}, and the log begins at ${paxos.min()}: ` +
          'what lies between is lost here. Restore this node from the others.',
      );
    }
    replica = new Replica(options, paxos, machine);
    if (stopped !== undefined) replica.#fail(stopped);
    paxos.done(machine.durable);
    replica.#askWhatWasMissed();
    replica.#apply();
    return replica;
  }

  get status(): ReplicaStatus {
    return {
      state: this.#state,
      failure: this.#failure,
      applied: this.#machine.applied,
      min: this.#paxos.min(),
      max: this.#paxos.max(),
      revision: this.#machine.revision,
      sessions: this.#machine.sessionCount,
      pending: this.#pending.count,
    };
  }

  /** @throws also TypeError for a request that breaks a limit of the protocol. */
  async submit(request: Request, { signal }: { signal?: AbortSignal } = {}): Promise<Reply> {
    if (this.#state !== 'running') {
      throw new KvError('KV_UNAVAILABLE', `This server is ${this.#state}.`, {
        cause: this.#failure,
      });
    }
    if (signal?.aborted === true) {
      throw new KvError('KV_ABORTED', 'The caller ended the wait.', { outcome: 'not done' });
    }
    // What cannot be encoded alone must not spoil the batch of others.
    this.#encode([request], 0);
    const reply = this.#pending.add(request, signal);
    this.#propose();
    return reply;
  }

  /** Answers what is under way, within a second, then stops for good. May be called more than once. */
  stop(): Promise<void> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  /**
   * Nobody tells a node that was away what it missed until there is traffic. One noop after what it
   * knows brings either the decision there, and with it word of how far the others are, or nothing new.
   */
  #askWhatWasMissed(): void {
    let seq = this.#machine.applied + 1;
    if (seq === 0) return;
    while (this.#paxos.status(seq).fate === 'decided') seq += 1;
    this.#paxos.start(seq, noop);
  }

  #onDecided({ seq, value }: Decision<Bytes>): void {
    if (this.#state === 'failed') return;
    this.#proposals.onDecided(seq, value);
    this.#propose();
    this.#apply();
  }

  /** Gives instances to batches while there is room: first to displaced ones, which are older. */
  #propose(): void {
    while (
      this.#state !== 'failed' &&
      this.#proposals.inFlightCount < this.#options.limits.inFlightInstanceCountMax
    ) {
      const batch = this.#proposals.takeDisplaced() ?? this.#nextBatch();
      if (batch === undefined) return;
      const seq = this.#nextInstance();
      this.#proposals.begin(seq, batch);
      this.#paxos.start(seq, batch.value);
    }
  }

  #nextBatch(): OwnBatch | undefined {
    const requests = this.#pending.takeBatch();
    if (requests.length === 0) return undefined;
    this.#batchCount += 1;
    const number = this.#batchCount;
    const value = this.#encode(
      requests.map(({ request }) => request),
      number,
    );
    return { number, requests, value };
  }

  #encode(requests: readonly Request[], number: number): Bytes {
    const { me, boot } = this.#options;
    return encodeBatch({ origin: { node: me, boot, number }, requests });
  }

  /**
   * The next free one, as far as is known here. Another replica may want the same; the one that loses
   * it goes on to the next with its batch, and with what gathered meanwhile in the one after.
   */
  #nextInstance(): number {
    return 1 + Math.max(this.#machine.applied, this.#paxos.max(), this.#proposals.highestSeq);
  }

  /** Sees to it that everything decided without a gap is applied soon. */
  #apply(): void {
    if (this.#isApplying) return;
    this.#isApplying = true;
    this.#applying = this.#applyAll();
  }

  async #applyAll(): Promise<void> {
    try {
      for (let run = this.#nextRun(); run.length > 0; run = this.#nextRun()) {
        const applied = await this.#machine.apply(run, { sync: true });
        this.#paxos.done(this.#machine.durable);
        for (const instance of applied) this.#reply(instance);
        this.#holes.check();
      }
    } catch (error) {
      this.#fail(toError(error));
    } finally {
      this.#isApplying = false;
      this.#holes.check();
    }
  }

  #nextRun(): Decision<Bytes>[] {
    const run: Decision<Bytes>[] = [];
    if (this.#state === 'failed') return run;
    let bytes = 0;
    while (run.length < runInstanceCountMax && bytes < runBytesMax) {
      const seq = this.#machine.applied + 1 + run.length;
      const status = this.#paxos.status(seq);
      if (status.fate !== 'decided') break;
      run.push({ seq, value: status.value });
      bytes += status.value.length;
    }
    return run;
  }

  #reply({ origin, replies }: Applied): void {
    const { me, boot } = this.#options;
    if (origin === undefined || origin.node !== me || origin.boot !== boot) return;
    const batch = this.#proposals.takeDecided(origin.number);
    batch?.requests.forEach((pending, index) => {
      const reply = replies[index];
      if (reply !== undefined) pending.resolve(reply);
    });
  }

  #fail(error: Error): void {
    if (this.#state === 'failed') return;
    this.#state = 'failed';
    this.#failure = error;
    this.#holes.stop();
    this.#pending.interruptAll('This server failed while the request was under way.', error);
    // A failed node votes no more. What closing meets is heard by `stop`, which awaits the same.
    this.#paxos.kill().catch(() => {});
    this.#options.onStopped?.(error);
  }

  async #stop(): Promise<void> {
    if (this.#state === 'running') {
      this.#state = 'stopping';
      this.#pending.refuseQueued('This server is stopping.');
      await this.#withinGrace(this.#pending.whenNone());
    }
    this.#pending.interruptAll('This server stopped while the request was under way.');
    this.#holes.stop();
    await this.#paxos.kill();
    await this.#applying;
  }

  #withinGrace(ended: Promise<void>): Promise<void> {
    const { clock } = this.#options;
    return new Promise((resolve) => {
      const cancel = clock.at(clock.now() + stopGraceMs, resolve);
      ended.then(() => {
        cancel();
        resolve();
      }, resolve);
    });
  }
}

function toError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}
