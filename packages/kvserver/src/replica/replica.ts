/**
 * Replica: the only place where Paxos and the state machine meet. Requests become values, values are
 * agreed on, decisions are applied in order, and replies go back.
 * Rule: a request gets its reply once it is decided, and so durable in a quorum, and applied here.
 */
import { type Decision, Paxos, type PeerId, type RetentionPolicy } from '@paxkv/paxos';
import { type Bytes, KvError, type Reply, type Request } from '@paxkv/protocol';
import type { Limits } from '../config/settings.ts';
import { type Applied, StateMachine } from '../state-machine/state-machine.ts';
import { StateDatabase } from '../storage/state/state-database.ts';
import { Applier } from './apply/applier.ts';
import { GapFiller } from './apply/gap-filler.ts';
import { Reads } from './reads/reads.ts';
import { reasonFor, stateBehindLog, toError } from './reasons.ts';
import type { ReplicaOptions, ReplicaStatus } from './replica-options.ts';
import { PendingRequests } from './requests/pending-requests.ts';
import { LogReach } from './snapshot/log-reach.ts';
import { StateRepair } from './snapshot/state-repair.ts';
import type { SubmitOptions, Submitter } from './submitter.ts';
import { OwnSession } from './writes/own-session.ts';
import { Writes } from './writes/writes.ts';

/** How long `stop` waits for pending requests. */
const stopGraceMs = 1000;
/** Time between two checks that there are no forgotten instances between the state and the log. */
const stateCheckDelayMs = 200;

export class Replica implements Submitter {
  readonly #options: ReplicaOptions;
  readonly #paxos: Paxos<Bytes>;
  readonly #applier: Applier;
  readonly #pending: PendingRequests;
  readonly #writes: Writes;
  readonly #gapFiller: GapFiller;
  readonly #reads: Reads;
  readonly #logReach: LogReach;
  readonly #repair: StateRepair | undefined;
  #state: 'active' | 'stopping' | 'failed' = 'active';
  #isRepairing = false;
  /** This replica takes part only above this instance; −1 if it never lost its memory. */
  #votingFloor = -1;
  #failure: Error | undefined;
  #cancelStateCheck: () => void = () => {};
  #repairing: Promise<void> = Promise.resolve();
  #stopping: Promise<void> | undefined;

  private constructor(options: ReplicaOptions, paxos: Paxos<Bytes>, machine: StateMachine) {
    const { me, runId, peerCount, clock, random, limits, forwarding, stateTransfer } = options;
    const session = new OwnSession();
    const applier = new Applier(machine, { paxos, clock, limits });
    const load = {
      journalBytes: () => options.usage?.journal.liveBytes ?? 0,
      memoryPercent: () => options.usage?.memory.percent ?? 0,
      retainedLogBytes: () => paxos.retained().bytes,
    };
    const pending = new PendingRequests({ clock, limits, session, load });
    const writes = new Writes({
      me,
      runId,
      clock,
      limits,
      paxos,
      state: applier,
      pending,
      session,
      forwarding,
    });
    const onFailed = (error: unknown) => this.#fail(toError(error));
    this.#options = options;
    this.#paxos = paxos;
    this.#applier = applier;
    this.#pending = pending;
    this.#writes = writes;
    this.#gapFiller = new GapFiller({ me, paxos, clock, random, state: applier, writes });
    this.#reads = new Reads({ paxos, state: applier, clock, onFailed });
    this.#logReach = new LogReach({ paxos, clock, state: applier });
    if (stateTransfer !== undefined) {
      const { state: level, journalIndex } = options;
      this.#repair = new StateRepair({
        me,
        peerCount,
        clock,
        random,
        transfer: stateTransfer,
        level,
        journalIndex,
        state: applier,
        cachedBytesMax: limits.cachedBytesMax,
        onFailed,
      });
    }
  }

  /**
   * Loads state and promises, and joins the other replicas.
   *
   * @throws PaxosError, StateError
   */
  static async open(options: ReplicaOptions): Promise<Replica> {
    const { state, journalIndex, limits } = options;
    const database = new StateDatabase(state, journalIndex);
    const machine = await StateMachine.open(database, limits.cachedBytesMax);
    const paxos = await Paxos.load<Bytes>({ ...options, retention: retentionOf(limits) });
    const replica = new Replica(options, paxos, machine);
    await replica.#start();
    return replica;
  }

  get status(): ReplicaStatus {
    return {
      state: this.#stateNow,
      reason: this.#reason,
      failure: this.#failure,
      applied: this.#applier.applied,
      min: this.#paxos.min(),
      max: this.#paxos.max(),
      floor: this.#paxos.floor(),
      retained: this.#paxos.retained(),
      revision: this.#applier.machine.revision,
      sessions: this.#applier.machine.sessionCount,
      pending: this.#pending.count,
      leader: this.#paxos.leader(),
    };
  }

  /** @throws also TypeError for a request that breaks a limit of the protocol. */
  async submit(request: Request, { signal }: SubmitOptions = {}): Promise<Reply> {
    this.#expectServing();
    if (signal?.aborted === true) {
      throw new KvError('KV_ABORTED', 'The caller ended the wait.', { outcome: 'not done' });
    }
    const { command, stamp, consistency } = request;
    if (command.type === 'get' && stamp === undefined) {
      if (consistency === 'serializable') {
        return { type: 'get', entry: await this.#applier.read(command.key) };
      }
      const pending = this.#pending.admit(request, signal);
      this.#reads.add({ key: command.key, pending });
      return pending.reply;
    }
    return this.#writes.add(request, signal);
  }

  /** Waits up to a second for pending requests, then stops for good. May be called more than once. */
  stop(): Promise<void> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  get #stateNow(): ReplicaStatus['state'] {
    if (this.#state !== 'active') return this.#state;
    if (this.#isRepairing) return 'repairing';
    const isBack = this.#paxos.isMember() && this.#applier.applied >= this.#votingFloor;
    return isBack ? 'running' : 'joining';
  }

  get #reason(): string | undefined {
    const lastAttempt = this.#repair?.lastAttempt;
    return reasonFor(this.#stateNow, { failure: this.#failure, lastAttempt });
  }

  /** @throws KvError `KV_UNAVAILABLE` */
  #expectServing(): void {
    const state = this.#stateNow;
    if (state === 'running') return;
    const why = this.#reason === undefined ? '' : `: ${this.#reason}`;
    const message = `This server is ${state}${why}.`;
    throw new KvError('KV_UNAVAILABLE', message, { cause: this.#failure });
  }

  async #start(): Promise<void> {
    this.#applier.start({
      onApplied: (instances) => this.#onApplied(instances),
      onFailed: (error) => this.#fail(toError(error)),
    });
    await this.#paxos.join({
      onDecided: (decision) => this.#onDecided(decision),
      onReadIndex: (readIndex) => this.#onReadIndex(readIndex),
      onAdmitted: () => this.#onAdmitted(),
      onLeader: (leader) => this.#onLeader(leader),
      onStopped: (error) => this.#fail(error),
    });
    this.#catchUp();
  }

  #catchUp(): void {
    // In an idle cluster, only a quorum read shows a replica that was away which instances it missed.
    this.#paxos.readIndex();
    this.#checkState();
    this.#gapFiller.check();
  }

  /** Checks whether all others have forgotten what this replica lacks, as may happen after an absence. */
  #checkState(): void {
    if (this.#state !== 'active') return;
    if (this.#logReach.isLost()) {
      this.#repairing = this.#replaceState().catch((error: unknown) => this.#fail(toError(error)));
      return;
    }
    const { clock } = this.#options;
    const atMs = clock.now() + stateCheckDelayMs;
    this.#cancelStateCheck = clock.at(atMs, () => this.#checkState());
  }

  /** Replaces the state by that of another replica, since the log no longer holds the next instances. */
  async #replaceState(): Promise<void> {
    const { applied } = this.#applier;
    if (this.#repair === undefined) throw stateBehindLog(applied, this.#paxos.floor());
    this.#isRepairing = true;
    this.#pending.interruptAll('This server has fallen behind and takes a newer state.');
    this.#writes.abandon();
    await this.#applier.pause();
    const machine = await this.#repair.repair(applied);
    if (machine === undefined) return;
    this.#isRepairing = false;
    this.#applier.resume(machine);
    this.#catchUp();
  }

  /** Up to its voting floor this replica does not take part, so it serves only once it has applied that far. */
  #onAdmitted(): void {
    this.#votingFloor = this.#paxos.max();
    this.#paxos.readIndex();
  }

  #onDecided(decision: Decision<Bytes>): void {
    if (this.#state === 'failed') return;
    this.#writes.onDecided(decision);
    this.#applier.add(decision);
  }

  #onLeader(leader: PeerId | undefined): void {
    if (this.#state === 'failed') return;
    this.#writes.onLeader();
    if (leader === this.#options.me) this.#gapFiller.fillNow();
    this.#options.onLeader?.(leader);
  }

  #onReadIndex(readIndex: number): void {
    if (this.#state === 'failed') return;
    this.#reads.onReadIndex(readIndex);
    this.#gapFiller.check();
  }

  #onApplied(instances: readonly Applied[]): void {
    for (const instance of instances) this.#writes.onApplied(instance);
    this.#reads.onApplied();
    this.#gapFiller.check();
  }

  #fail(error: Error): void {
    if (this.#state === 'failed') return;
    this.#state = 'failed';
    this.#failure = error;
    this.#stopParts();
    this.#pending.interruptAll('This server failed while the request was pending.', error);
    // A failed replica neither votes nor sends its state to others. `stop` reports what closing throws.
    this.#paxos.kill().catch(() => {});
    this.#repair?.stop().catch(() => {});
    this.#options.onStopped?.(error);
  }

  async #stop(): Promise<void> {
    if (this.#state === 'active') {
      this.#state = 'stopping';
      this.#pending.refuseQueued('This server is stopping.');
      await this.#pending.whenEmpty(stopGraceMs);
    }
    this.#pending.interruptAll('This server stopped while the request was pending.');
    this.#stopParts();
    await this.#paxos.kill();
    await this.#repair?.stop();
    await this.#repairing;
    await this.#applier.pause();
  }

  #stopParts(): void {
    this.#gapFiller.stop();
    this.#writes.stop();
    this.#cancelStateCheck();
  }
}

/** What this server keeps in memory for others that are away. */
function retentionOf({ logBytesMax, logInstanceCountMax }: Limits): RetentionPolicy<Bytes> {
  return {
    type: 'quorum',
    instances: logInstanceCountMax,
    bytes: logBytesMax,
    sizeOf: (value) => value.byteLength,
  };
}
