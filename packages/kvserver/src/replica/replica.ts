/**
 * Replica: the only place where Paxos and the state machine meet. Requests become values, values are
 * agreed on, decisions are applied in order, and replies go back.
 * Rule: a request gets its reply once it is decided, and so durable in a quorum, and applied here.
 */
import { type Decision, Paxos, type PeerId } from '@paxkv/paxos';
import { type Bytes, isRangeRead, type Reply, type Request, refusalToError } from '@paxkv/protocol';
import { requestLevelOf, thisVersion, type Version } from '../state-machine/features.ts';
import { type Applied, StateMachine } from '../state-machine/state-machine.ts';
import { StateDatabase } from '../storage/state/state-database.ts';
import { Applier } from './apply/applier.ts';
import { GapFiller } from './apply/gap-filler.ts';
import { CatchUp } from './catch-up/catch-up.ts';
import { LeaseExpirer } from './leases/lease-expirer.ts';
import { LevelRaiser } from './levels/level-raiser.ts';
import { Lifecycle } from './lifecycle.ts';
import { plausibilityOf } from './plausibility.ts';
import { Reads } from './reads/reads.ts';
import { toError } from './reasons.ts';
import { factsOf, type ReplicaFacts, type ShownParts, statusOf } from './replica-facts.ts';
import type { ReplicaOptions, ReplicaStatus } from './replica-options.ts';
import { PendingRequests } from './requests/pending-requests.ts';
import { RequestSteps } from './requests/request-steps.ts';
import { expectUsable } from './requests/session-check.ts';
import { retentionOf } from './retention.ts';
import { Verification } from './scrub/verification.ts';
import type { SubmitOptions, Submitter } from './submitter.ts';
import { isWatch, Watches } from './watch/watches.ts';
import { OwnSession } from './writes/own-session.ts';
import { Writes } from './writes/writes.ts';

/** How long `stop` waits for pending requests. */
const stopGraceMs = 1000;

export class Replica implements Submitter {
  readonly #options: ReplicaOptions;
  readonly #paxos: Paxos<Bytes>;
  readonly #applier: Applier;
  readonly #pending: PendingRequests;
  readonly #steps: RequestSteps;
  readonly #writes: Writes;
  readonly #gapFiller: GapFiller;
  readonly #reads: Reads;
  readonly #watches: Watches;
  readonly #catchUp: CatchUp;
  readonly #verification: Verification;
  readonly #version: Version;
  readonly #raiser: LevelRaiser | undefined;
  readonly #expirer: LeaseExpirer;
  readonly #lifecycle: Lifecycle;
  readonly #shown: ShownParts;
  #stopping: Promise<void> | undefined;

  private constructor(options: ReplicaOptions, paxos: Paxos<Bytes>, machine: StateMachine) {
    const { me, runId, clock, random, limits, forwarding, observer } = options;
    const session = new OwnSession(options.ownSessionWindowMax);
    const applier = new Applier(machine, { paxos, clock, limits, observer });
    const load = {
      journalBytes: () => options.usage?.journal.liveBytes ?? 0,
      memoryPercent: () => options.usage?.memory.percent ?? 0,
      retainedLogBytes: () => paxos.retained().bytes,
    };
    const steps = new RequestSteps(clock, () => options.usage?.journal.flushedMs ?? 0);
    const pending = new PendingRequests({ clock, limits, session, steps, load });
    const writes = new Writes({
      ...{ me, runId, clock, limits, paxos, state: applier, pending, session, forwarding },
      values: machine.values,
      isFounded: () => this.#isFounded,
      drawEntropy: () => (applier.machine.incarnation ? options.drawEntropy() : undefined),
    });
    const onReadFailed = (error: unknown) => this.#onReadFailed(error);
    this.#options = options;
    this.#paxos = paxos;
    this.#applier = applier;
    this.#pending = pending;
    this.#steps = steps;
    this.#writes = writes;
    this.#gapFiller = new GapFiller({ me, paxos, clock, random, state: applier, writes });
    this.#reads = new Reads({ paxos, clock, steps, state: applier, onFailed: onReadFailed });
    const present = () => applier.machine;
    this.#watches = new Watches({ clock, machine: present, submit: this.submit.bind(this) });
    this.#catchUp = this.#createCatchUp(options);
    this.#lifecycle = new Lifecycle({ paxos, state: applier, catchUp: this.#catchUp });
    this.#verification = new Verification({ ...options, onFailed: (e) => this.#fail(toError(e)) });
    this.#shown = {
      ...{ me, paxos, applier, pending, reads: this.#reads, catchUp: this.#catchUp },
      ...{ lifecycle: this.#lifecycle, verification: this.#verification },
    };
    this.#version = options.version ?? thisVersion;
    this.#raiser = LevelRaiser.of(options, { paxos, writes: writes.ofServer, applier });
    this.#expirer = new LeaseExpirer({ me, clock, paxos, writes: writes.ofServer, applier });
  }

  /**
   * Loads state and promises, and joins the other replicas.
   *
   * @throws PaxosError, StateError
   */
  static async open(options: ReplicaOptions): Promise<Replica> {
    const database = new StateDatabase(options.state, options);
    const { version, limits, sessionLimits, core = Paxos } = options;
    const machine = await StateMachine.open(database, { version, sessionLimits, ...limits });
    const parts = { ...plausibilityOf(options, machine), retention: retentionOf(limits) };
    const paxos = await core.load({ ...options, ...parts });
    const replica = new Replica(options, paxos, machine);
    await replica.#start();
    return replica;
  }

  get status(): ReplicaStatus {
    return { ...statusOf(this.#shown), isFounded: this.#isFounded };
  }

  get authTable(): Submitter['authTable'] {
    return this.#applier.machine.auth.table;
  }

  /** The state as it is on disk, for backups. */
  get exports(): CatchUp['exports'] {
    return this.#catchUp.exports;
  }

  /** What metrics show besides the status. */
  get facts(): ReplicaFacts {
    return factsOf(this.#shown);
  }

  /** @throws also `KV_FEATURE_OFF`; TypeError for a request that breaks a limit of the protocol. */
  async submit(request: Request, options: SubmitOptions = {}): Promise<Reply> {
    this.#lifecycle.expectServing(options.signal);
    const { command, stamp, consistency } = request;
    const { machine } = this.#applier;
    const isOn = requestLevelOf(request, this.#version) <= machine.featureLevel;
    if (!isOn) throw refusalToError('featureOff');
    if (isWatch(command)) return this.#watches.read(command, { ...options, consistency });
    if ((command.type === 'get' && stamp === undefined) || isRangeRead(command)) {
      const pending = this.#pending.admit(request, options);
      const read = { command, pending };
      if (consistency === 'serializable') this.#reads.addConfirmed(read);
      else this.#reads.add(read);
      return pending.reply;
    }
    if (stamp !== undefined) expectUsable(stamp, machine);
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
      ...{ ...limits, transfer, level, window },
      values: this.#applier.machine.values,
      paxos: this.#paxos,
      state: this.#applier,
      onDecision: (decision) => this.#onDecided(decision),
      onRepair: () => this.#suspend(),
      onRepaired: (machine) => this.#resume(machine),
      onKept: () => this.#resume(this.#applier.machine),
      onFailed: (error) => this.#fail(toError(error)),
    });
  }

  /** The log no longer holds the next instances: the state will be replaced by that of another replica. */
  async #suspend(): Promise<void> {
    // Safety: a request may take effect in an instance that the newer state skips. What is applied here later, such as
    // a second copy whose session has ended, would not tell.
    this.#pending.interruptAll('This server has fallen behind and takes a newer state.');
    this.#writes.abandon();
    this.#steps.abandon();
    this.#watches.interruptAll('This server takes a newer state.');
    await this.#verification.pause();
    await this.#applier.pause();
  }

  #resume(machine: StateMachine): void {
    this.#applier.resume(machine);
    this.#verification.start(machine);
    this.#raiser?.report();
    this.#expirer.restart();
    this.#lookAround();
  }

  #onAdmitted(): void {
    this.#lifecycle.onAdmitted(this.#paxos.max());
    this.#reads.ask();
  }

  #onDecided(decision: Decision<Bytes>): void {
    if (this.#lifecycle.hasFailed) return;
    if (this.#pending.count > 0) this.#steps.onDecided(decision.seq);
    this.#writes.onDecided(decision);
    this.#applier.add(decision);
  }

  #onLeader(leader: PeerId | undefined): void {
    if (this.#lifecycle.hasFailed) return;
    this.#writes.onLeader();
    if (leader === this.#options.me) this.#gapFiller.fillNow();
    this.#raiser?.check();
    this.#expirer.restart();
    this.#options.onLeader?.(leader);
  }

  #onReadIndex(readIndex: number): void {
    if (this.#lifecycle.hasFailed) return;
    this.#reads.onReadIndex(readIndex);
    this.#gapFiller.check();
  }

  /** A read of a state that is being replaced, or at the end, may find its database closed. */
  #onReadFailed(error: unknown): void {
    const isClosing = this.#catchUp.isRepairing || this.#lifecycle.state === 'stopping';
    if (!isClosing) this.#fail(toError(error));
  }

  #onApplied(instances: readonly Applied[]): void {
    for (const one of instances) this.#writes.onApplied(one, this.#steps.takeDecided(one.seq));
    this.#raiser?.report();
    this.#expirer.check();
    this.#reads.onApplied();
    this.#watches.onApplied();
    this.#catchUp.onApplied();
    this.#gapFiller.check();
  }

  #fail(error: Error): void {
    if (!this.#lifecycle.fail(error)) return;
    this.#stopParts();
    const reason = 'This server failed while the request was pending.';
    this.#pending.interruptAll(reason, error);
    this.#watches.interruptAll(reason);
    // A failed replica neither votes nor sends its state to others. `stop` reports what closing throws.
    this.#paxos.kill().catch(() => {});
    this.#catchUp.stop().catch(() => {});
    this.#verification.stop().catch(() => {});
    this.#options.onStopped?.(error);
  }

  async #stop(): Promise<void> {
    this.#watches.interruptAll('This server is stopping.');
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

  /** Only a leader founds a cluster. */
  get #isFounded(): boolean {
    return this.#options.isCandidate !== true || this.#raiser?.isFounded !== false;
  }

  #stopParts(): void {
    for (const part of [this.#gapFiller, this.#raiser, this.#expirer, this.#writes]) part?.stop();
  }
}
