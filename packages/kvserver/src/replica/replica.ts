/**
 * Replica: the only place where Paxos and the state machine meet. Requests become values, values are
 * agreed on, decisions are applied in order, and replies go back.
 * Rule: a request is answered once it is decided, so durable in a quorum, and applied here; or not at all.
 */
import { type Decision, Paxos, type PeerId } from '@paxkv/paxos';
import type { Bytes, Reply, Request } from '@paxkv/protocol';
import { KvError } from '@paxkv/protocol';
import { type Applied, StateMachine } from '../state-machine/state-machine.ts';
import { Applier } from './apply/applier.ts';
import { GapFiller } from './apply/gap-filler.ts';
import { Reads } from './reads/reads.ts';
import { lacksForgotten, reasonFor, toError } from './reasons.ts';
import type { ReplicaOptions, ReplicaStatus } from './replica-options.ts';
import type { PendingRequest } from './requests/pending-request.ts';
import { PendingRequests } from './requests/pending-requests.ts';
import { StateRepair } from './snapshot/state-repair.ts';
import type { SubmitOptions, Submitter } from './submitter.ts';
import { Writes } from './writes/writes.ts';

/** How long a stop waits for the requests under way. */
const stopGraceMs = 1000;
/** Between two looks at whether the state still reaches to where the log begins. */
const lookDelayMs = 200;

export class Replica implements Submitter {
  readonly #options: ReplicaOptions;
  readonly #paxos: Paxos<Bytes>;
  readonly #applier: Applier;
  readonly #pending: PendingRequests;
  readonly #writes: Writes;
  readonly #holes: GapFiller;
  readonly #reads: Reads;
  readonly #repair: StateRepair | undefined;
  #state: 'alive' | 'stopping' | 'failed' = 'alive';
  #isRepairing = false;
  /** The instance up to which others must decide without this replica; −1 while it lost no memory. */
  #fence = -1;
  #failure: Error | undefined;
  #cancelLook: () => void = () => {};
  #repairing: Promise<void> = Promise.resolve();
  #stopping: Promise<void> | undefined;

  private constructor(options: ReplicaOptions, paxos: Paxos<Bytes>, machine: StateMachine) {
    const { me, clock, random, limits, stateTransfer } = options;
    const onFailed = (error: unknown) => this.#fail(toError(error));
    this.#options = options;
    this.#paxos = paxos;
    this.#applier = new Applier(machine, {
      ...{ paxos, clock, onFailed },
      onApplied: (instances) => this.#onApplied(instances),
    });
    const applied = () => this.#machine.applied;
    const onSettled = (request: PendingRequest) => this.#writes.onSettled(request);
    this.#pending = new PendingRequests({ clock, limits, onSettled });
    this.#writes = new Writes({ ...options, paxos, pending: this.#pending, applied });
    this.#holes = new GapFiller({
      ...{ me, paxos, clock, random },
      next: () => applied() + 1,
      isInFlight: (seq) => this.#writes.isInFlight(seq),
    });
    const read = (key: Bytes) => this.#machine.read(key);
    this.#reads = new Reads({ paxos, onFailed, applied, read });
    if (stateTransfer !== undefined) {
      const durable = () => this.#machine.durable;
      this.#repair = new StateRepair({ ...options, ...stateTransfer, durable, onFailed });
    }
  }

  /**
   * Takes up state and promises where they are, and joins the others.
   *
   * @throws PaxosError, StateError
   */
  static async open(options: ReplicaOptions): Promise<Replica> {
    const machine = await StateMachine.open(options.state, options.journalIndex);
    let replica: Replica | undefined;
    let stopped: Error | undefined;
    const paxos = await Paxos.open<Bytes>({
      ...options,
      onDecided: (decision) => {
        if (replica !== undefined) replica.#onDecided(decision);
      },
      onReadIndex: (upTo) => {
        if (replica !== undefined) replica.#onSurveyed(upTo);
      },
      onAdmitted: () => {
        if (replica !== undefined) replica.#onAdmitted();
      },
      onLeader: (leader) => {
        if (replica !== undefined) replica.#onLeader(leader);
      },
      onStopped: (error) => {
        stopped = error;
        if (replica !== undefined) replica.#fail(error);
      },
    });
    replica = new Replica(options, paxos, machine);
    if (stopped !== undefined) replica.#fail(stopped);
    replica.#begin(machine);
    return replica;
  }

  get status(): ReplicaStatus {
    return {
      state: this.#stateNow,
      reason: this.#reason,
      failure: this.#failure,
      applied: this.#machine.applied,
      min: this.#paxos.min(),
      max: this.#paxos.max(),
      revision: this.#machine.revision,
      sessions: this.#machine.sessionCount,
      pending: this.#pending.count,
      leader: this.#paxos.leader(),
    };
  }

  /** @throws also TypeError for a request that breaks a limit of the protocol. */
  async submit(request: Request, { signal, consistency }: SubmitOptions = {}): Promise<Reply> {
    this.#expectServing();
    if (signal?.aborted === true) {
      throw new KvError('KV_ABORTED', 'The caller ended the wait.', { outcome: 'not done' });
    }
    const { command, stamp } = request;
    if (command.type === 'get' && stamp === undefined) {
      if (consistency === 'serializable') {
        return { type: 'got', entry: await this.#machine.read(command.key) };
      }
      const pending = this.#pending.admit(request, signal);
      this.#reads.add({ key: command.key, pending });
      return pending.reply;
    }
    return this.#writes.add(request, signal);
  }

  /** Answers what is under way, within a second, then stops for good. May be called more than once. */
  stop(): Promise<void> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  get #machine(): StateMachine {
    return this.#applier.machine;
  }

  get #stateNow(): ReplicaStatus['state'] {
    if (this.#state !== 'alive') return this.#state;
    if (this.#isRepairing) return 'repairing';
    return this.#paxos.isMember() && this.#machine.applied >= this.#fence ? 'running' : 'joining';
  }

  get #reason(): string | undefined {
    const { lastTry } = this.#repair ?? {};
    return reasonFor(this.#stateNow, { failure: this.#failure, lastTry });
  }

  /** @throws KvError `KV_UNAVAILABLE` */
  #expectServing(): void {
    const state = this.#stateNow;
    if (state === 'running') return;
    const why = this.#reason === undefined ? '' : `: ${this.#reason}`;
    const message = `This server is ${state}${why}.`;
    throw new KvError('KV_UNAVAILABLE', message, { cause: this.#failure });
  }

  #begin(machine: StateMachine): void {
    this.#applier.take(machine);
    // While nobody calls, nobody would tell a node that was away what it missed.
    this.#paxos.readIndex();
    this.#look();
    this.#holes.check();
  }

  /** The others may turn out to have forgotten what is lacking here at any time after a return. */
  #look(): void {
    if (this.#state !== 'alive') return;
    if (this.#machine.applied + 1 < this.#paxos.min()) {
      this.#repairing = this.#leap().catch((error: unknown) => this.#fail(toError(error)));
      return;
    }
    const { clock } = this.#options;
    this.#cancelLook = clock.at(clock.now() + lookDelayMs, () => this.#look());
  }

  /** Leaves a state that no log can bring forward any more for that of another replica. */
  async #leap(): Promise<void> {
    const { applied } = this.#machine;
    if (this.#repair === undefined) throw lacksForgotten(applied, this.#paxos.min());
    this.#isRepairing = true;
    this.#pending.interruptAll('This server has fallen behind and takes a newer state.');
    this.#writes.abandon();
    await this.#applier.hold();
    const machine = await this.#repair.repair(applied);
    if (machine === undefined) return;
    this.#isRepairing = false;
    this.#begin(machine);
  }

  /** Where it may not vote, the others can spare nobody yet: so it counts as back only behind that. */
  #onAdmitted(): void {
    this.#fence = this.#paxos.max();
    this.#paxos.readIndex();
  }

  #onDecided(decision: Decision<Bytes>): void {
    if (this.#state === 'failed') return;
    this.#writes.onDecided(decision);
    this.#applier.apply();
  }

  #onLeader(leader: PeerId | undefined): void {
    if (this.#state === 'failed') return;
    this.#writes.onLeader();
    if (leader === this.#options.me) this.#holes.fillNow();
    this.#options.onLeader?.(leader);
  }

  #onSurveyed(upTo: number): void {
    if (this.#state === 'failed') return;
    this.#reads.onReadIndex(upTo);
    this.#holes.check();
  }

  #onApplied(instances: readonly Applied[]): void {
    for (const instance of instances) this.#writes.onApplied(instance);
    this.#reads.onApplied();
    this.#holes.check();
  }

  #fail(error: Error): void {
    if (this.#state === 'failed') return;
    this.#state = 'failed';
    this.#failure = error;
    this.#holes.stop();
    this.#writes.stop();
    this.#cancelLook();
    this.#pending.interruptAll('This server failed while the request was under way.', error);
    // A failed node votes no more, and gives its state to nobody. What closing meets, `stop` hears.
    this.#paxos.kill().catch(() => {});
    this.#repair?.stop().catch(() => {});
    this.#options.onStopped?.(error);
  }

  async #stop(): Promise<void> {
    if (this.#state === 'alive') {
      this.#state = 'stopping';
      this.#pending.refuseQueued('This server is stopping.');
      await this.#pending.whenNone(stopGraceMs);
    }
    this.#pending.interruptAll('This server stopped while the request was under way.');
    this.#holes.stop();
    this.#writes.stop();
    this.#cancelLook();
    await this.#paxos.kill();
    await this.#repair?.stop();
    await this.#repairing;
    await this.#applier.hold();
  }
}
