/** Whether a replica serves requests, and if not, why. */
import type { Paxos } from '@paxkv/paxos';
import { type Bytes, KvError } from '@paxkv/protocol';
import type { AppliedState } from './apply/applier.ts';
import type { CatchUp } from './catch-up/catch-up.ts';
import { reasonFor } from './reasons.ts';
import type { ReplicaStatus } from './replica-options.ts';

export interface LifecycleOptions {
  readonly paxos: Pick<Paxos<Bytes>, 'isMember' | 'awaited'>;
  readonly state: Pick<AppliedState, 'applied'>;
  readonly catchUp: Pick<CatchUp, 'isRepairing' | 'lastAttempt'>;
}

export class Lifecycle {
  readonly #options: LifecycleOptions;
  #phase: 'active' | 'stopping' | 'failed' = 'active';
  #failure: Error | undefined;
  /** The replica takes part only above this instance; −1 if it never lost its memory. */
  #votingFloor = -1;

  constructor(options: LifecycleOptions) {
    this.#options = options;
  }

  get state(): ReplicaStatus['state'] {
    if (this.#phase !== 'active') return this.#phase;
    const { paxos, state, catchUp } = this.#options;
    if (catchUp.isRepairing) return 'repairing';
    return paxos.isMember() && state.applied >= this.#votingFloor ? 'running' : 'joining';
  }

  /** `undefined` if the replica is running, or was asked to stop. */
  get reason(): string | undefined {
    const { paxos, catchUp } = this.#options;
    const { lastAttempt } = catchUp;
    const details = { failure: this.#failure, lastAttempt, awaited: paxos.awaited() };
    return reasonFor(this.state, details);
  }

  get failure(): Error | undefined {
    return this.#failure;
  }

  get hasFailed(): boolean {
    return this.#phase === 'failed';
  }

  /** Up to its voting floor a replica does not take part, so it serves only once it has applied that far. */
  onAdmitted(votingFloor: number): void {
    this.#votingFloor = votingFloor;
  }

  /** Returns whether this is the first failure. */
  fail(error: Error): boolean {
    if (this.hasFailed) return false;
    this.#phase = 'failed';
    this.#failure = error;
    return true;
  }

  /** Returns whether the replica was active until now. */
  stop(): boolean {
    const wasActive = this.#phase === 'active';
    if (wasActive) this.#phase = 'stopping';
    return wasActive;
  }

  /** `signal`: that of the request. @throws KvError `KV_UNAVAILABLE`, `KV_ABORTED`; *not done* */
  expectServing(signal?: AbortSignal): void {
    if (this.state !== 'running') throw this.unavailable();
    if (signal?.aborted !== true) return;
    throw new KvError('KV_ABORTED', 'The caller ended the wait.', { outcome: 'not done' });
  }

  /** The error for a request that arrives while the replica does not serve. *Not done.* */
  unavailable(): KvError {
    const why = this.reason === undefined ? '' : `: ${this.reason}`;
    const message = `This server is ${this.state}${why}.`;
    return new KvError('KV_UNAVAILABLE', message, { cause: this.#failure });
  }
}
