/**
 * Replica: the only place where Paxos and the state machine meet. Requests become values, values are
 * agreed on, decisions are applied in order, and replies go back.
 * Rule: a request gets its reply once it is decided, and so durable in a quorum, and applied here.
 */
import { type Decision, Paxos, type PeerId } from '@paxkv/paxos';
import { type Bytes, KvError, type Reply, type Request, refusalToError } from '@paxkv/protocol';
import { levelOf, thisVersion, type Version } from '../state-machine/features.ts';
import { type Applied, StateMachine } from '../state-machine/state-machine.ts';
import { StateDatabase } from '../storage/state/state-database.ts';
import { Applier } from './apply/applier.ts';
import { GapFiller } from './apply/gap-filler.ts';
import { CatchUp } from './catch-up/catch-up.ts';
import { LevelRaiser } from './levels/level-raiser.ts';
import { Lifecycle } from './lifecycle.ts';
import { Reads } from './reads/reads.ts';
import { toError } from './reasons.ts';
import { factsOf, type ReplicaFacts } from './replica-facts.ts';
import type { ReplicaOptions, ReplicaStatus } from './replica-options.ts';
import { PendingRequests } from './requests/pending-requests.ts';
import { retentionOf } from './retention.ts';
import { Verification } from './scrub/verification.ts';
import type { SubmitOptions, Submitter } from './submitter.ts';
import { OwnSession } from './writes/own-session.ts';
import { Writes } from './writes/writes.ts';

/** How long `stop` waits for pending requests. */
const stopGraceMs = 1000;

export class Replica implements Submitter {
  readonly #options: ReplicaOptions;
  readonly #paxos: Paxos<Bytes>;
  readonly #applier: Applier;
  readonly #pending: PendingRequests;
  readonly #writes: Writes;
  readonly #gapFiller: GapFiller;
  readonly #reads: Reads;
  readonly #catchUp: CatchUp;
  readonly #verification: Verification;
  readonly #version: Version;
  readonly #raiser: LevelRaiser | undefined;
  readonly #lifecycle: Lifecycle;
  #stopping: Promise<void> | undefined;

  private constructor(options: ReplicaOptions, paxos: Paxos<Bytes>, machine: StateMachine) {
    const { me, runId, peerCount, clock, random, limits, forwarding, observer } = options;
    const session = new OwnSession();
    const applier = new Applier(machine, { paxos, clock, limits, observer });
    const load = {
      journalBytes: () => options.usage?.journal.liveBytes ?? 0,
      memoryPercent: () => options.usage?.memory.percent ?? 0,
      retainedLogBytes: () => paxos.retained().bytes,
    };
    const pending = new PendingRequests({ clock, limits, session, load });
    const forWrites = { me, runId, clock, limits, paxos, pending, session, forwarding };
    const writes = new Writes({ ...forWrites, state: applier });
    const onFailed = (error: unknown) => this.#fail(toError(error));
    this.#options = options;
    this.#paxos = paxos;
    this.#applier = applier;
    this.#pending = pending;
    this.#writes = writes;
    this.#gapFiller = new GapFiller({ me, paxos, clock, random, state: applier, writes });
    const onReadFailed = (error: unknown) => this.#onReadFailed(error);
    this.#reads = new Reads({ paxos, clock, state: applier, onFailed: onReadFailed });
    this.#catchUp = this.#createCatchUp(options);
    this.#lifecycle = new Lifecycle({ paxos, state: applier, catchUp: this.#catchUp });
    this.#verification = new Verification({ ...options, onFailed });
    this.#version = options.version ?? thisVersion;
    if (options.levels !== undefined) {
      const level = () => applier.machine.featureLevel;
      const { levels: port, onFeatureLevel: onLevel } = options;
      const parts = { me, peerCount, clock, paxos, port, writes, level, onLevel };
      this.#raiser = new LevelRaiser(parts);
    }
  }

  /**
   * Loads state and promises, and joins the other replicas.
   *
   * @throws PaxosError, StateError
   */
  static async open(options: ReplicaOptions): Promise<Replica> {
    const database = new StateDatabase(options.state, options);
    const { version, limits } = options;
    const { cachedBytesMax } = limits;
    const machine = await StateMachine.open(database, { version, cachedBytesMax });
    const isValue = (value: Bytes) => machine.values.accepts(value);
    const paxos = await Paxos.load<Bytes>({ ...options, retention: retentionOf(limits), isValue });
    const replica = new Replica(options, paxos, machine);
    await replica.#start();
    return replica;
  }

  get status(): ReplicaStatus {
    return {
      state: this.#lifecycle.state,
      reason: this.#lifecycle.reason,
      failure: this.#lifecycle.failure,
      applied: this.#applier.applied,
      min: this.#paxos.min(),
      max: this.#paxos.max(),
      floor: this.#paxos.floor(),
      retained: this.#paxos.retained(),
      revision: this.#applier.machine.revision,
      sessions: this.#applier.machine.sessionCount,
      featureLevel: this.#applier.machine.featureLevel,
      pending: this.#pending.count,
      scrub: this.#verification.status,
      leader: this.#paxos.leader(),
      catchUp: this.#catchUp.progress,
      ...this.#reads.contact,
      waitingBytes: this.#applier.waitingBytes,
      doneByPeer: this.#paxos.doneByPeer(),
      awaited: this.#paxos.awaited(),
    };
  }

  /** What metrics show besides the status. */
  get facts(): ReplicaFacts {
    return factsOf(this.#options.me, this.#paxos, this.#applier, this.#pending);
  }

  /** @throws also `KV_FEATURE_OFF`; TypeError for a request that breaks a limit of the protocol. */
  async submit(request: Request, options: SubmitOptions = {}): Promise<Reply> {
    this.#lifecycle.expectServing();
    if (options.signal?.aborted === true) {
      throw new KvError('KV_ABORTED', 'The caller ended the wait.', { outcome: 'not done' });
    }
    const { command, stamp, consistency } = request;
    const isOn = levelOf(command, this.#version) <= this.#applier.machine.featureLevel;
    if (!isOn) throw refusalToError('featureOff');
    if (command.type === 'get' && stamp === undefined) {
      const pending = this.#pending.admit(request, options);
      const read = { key: command.key, pending };
      if (consistency === 'serializable') this.#reads.addConfirmed(read);
      else this.#reads.add(read);
      return pending.reply;
    }
    return this.#writes.add(request, options);
  }

  /** Asks a quorum for a sign of life if none is being asked: see `answeredMs` and `currentMs` of the status. */
  probe(): void {
    if (this.#lifecycle.state === 'running') this.#reads.probe();
  }

  /** Waits up to a second for pending requests, then stops for good. May be called more than once. */
  stop(): Promise<void> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  async #start(): Promise<void> {
    this.#raiser?.report();
    this.#applier.start({
      onApplied: (instances) => this.#onApplied(instances),
      onWritten: () => this.#verification.onWritten(this.#applier.machine),
      onFailed: (error) => this.#fail(toError(error)),
    });
    await this.#paxos.join({
      onDecided: (decision) => this.#onDecided(decision),
      onTruncated: (decisions) => this.#catchUp.onTruncated(decisions),
      onReadIndex: (readIndex) => this.#onReadIndex(readIndex),
      onAdmitted: () => this.#onAdmitted(),
      onLeader: (leader) => this.#onLeader(leader),
      onStopped: (error) => this.#fail(error),
      onRefused: (from, reason) => this.#options.onRefused?.(from, reason),
    });
    this.#raiser?.start();
    this.#catchUp.start();
    this.#verification.start(this.#applier.machine, this.#options.tables);
    this.#lookAround();
  }

  #lookAround(): void {
    // In an idle cluster, only a quorum read shows a replica that was away which instances it missed.
    this.#reads.ask();
    this.#gapFiller.check();
  }

  #createCatchUp(options: ReplicaOptions): CatchUp {
    const { stateTransfer: transfer, state: level, logWindow: window, limits } = options;
    return new CatchUp({
      ...options,
      ...{ transfer, level, window, cachedBytesMax: limits.cachedBytesMax },
      values: this.#applier.machine.values,
      paxos: this.#paxos,
      state: this.#applier,
      onDecision: (decision) => this.#onDecided(decision),
      onRepair: () => this.#suspend(),
      onRepaired: (machine) => {
        this.#applier.resume(machine);
        this.#verification.start(machine);
        this.#raiser?.report();
        this.#lookAround();
      },
      onFailed: (error) => this.#fail(toError(error)),
    });
  }

  /** The log no longer holds the next instances: the state will be replaced by that of another replica. */
  async #suspend(): Promise<void> {
    this.#pending.interruptAll('This server has fallen behind and takes a newer state.');
    this.#writes.abandon();
    await this.#verification.pause();
    await this.#applier.pause();
  }

  #onAdmitted(): void {
    this.#lifecycle.onAdmitted(this.#paxos.max());
    this.#reads.ask();
  }

  #onDecided(decision: Decision<Bytes>): void {
    if (this.#lifecycle.hasFailed) return;
    this.#writes.onDecided(decision);
    this.#applier.add(decision);
  }

  #onLeader(leader: PeerId | undefined): void {
    if (this.#lifecycle.hasFailed) return;
    this.#writes.onLeader();
    if (leader === this.#options.me) this.#gapFiller.fillNow();
    this.#options.onLeader?.(leader);
  }

  #onReadIndex(readIndex: number): void {
    if (this.#lifecycle.hasFailed) return;
    this.#reads.onReadIndex(readIndex);
    this.#gapFiller.check();
  }

  /** A read of a state that is being replaced may find its database closed. */
  #onReadFailed(error: unknown): void {
    if (!this.#catchUp.isRepairing) this.#fail(toError(error));
  }

  #onApplied(instances: readonly Applied[]): void {
    for (const instance of instances) this.#writes.onApplied(instance);
    this.#raiser?.report();
    this.#reads.onApplied();
    this.#catchUp.onApplied();
    this.#gapFiller.check();
  }

  #fail(error: Error): void {
    if (!this.#lifecycle.fail(error)) return;
    this.#stopParts();
    this.#pending.interruptAll('This server failed while the request was pending.', error);
    // A failed replica neither votes nor sends its state to others. `stop` reports what closing throws.
    this.#paxos.kill().catch(() => {});
    this.#catchUp.stop().catch(() => {});
    this.#verification.stop().catch(() => {});
    this.#options.onStopped?.(error);
  }

  async #stop(): Promise<void> {
    if (this.#lifecycle.stop()) {
      this.#pending.refuseQueued('This server is stopping.');
      await this.#pending.whenEmpty(stopGraceMs);
    }
    this.#pending.interruptAll('This server stopped while the request was pending.');
    this.#stopParts();
    await this.#paxos.kill();
    await this.#catchUp.stop();
    await this.#verification.stop();
    await this.#applier.pause();
  }

  #stopParts(): void {
    this.#gapFiller.stop();
    this.#raiser?.stop();
    this.#writes.stop();
  }
}
