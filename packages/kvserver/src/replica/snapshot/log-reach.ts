/**
 * Tells whether the log still reaches the state: whether the next instance to apply can come from the memory
 * of this replica or of another one. If not, only a whole state helps.
 * Rule: a whole state is taken only if no replica that can be reached still tells the next instance.
 */
import type { Clock, Paxos } from '@paxkv/paxos';
import type { Bytes } from '@paxkv/protocol';
import type { AppliedState } from '../apply/applier.ts';

/** How long no replica must have been able to tell the next instance. Well above some round trips. */
const unreachableMsMax = 1000;

export interface LogReachOptions {
  readonly paxos: Pick<Paxos<Bytes>, 'canLearn' | 'floor' | 'min' | 'requestDecisions' | 'status'>;
  readonly clock: Pick<Clock, 'now'>;
  readonly state: Pick<AppliedState, 'applied'>;
}

export class LogReach {
  readonly #options: LogReachOptions;
  /** The instance that no replica can tell, and since when. */
  #missing: { readonly seq: number; readonly sinceMs: number } | undefined;

  constructor(options: LogReachOptions) {
    this.#options = options;
  }

  /** Whether a whole state is needed. To be asked repeatedly; while it is unclear, other replicas are asked. */
  isLost(): boolean {
    const { paxos, clock, state } = this.#options;
    const seq = state.applied + 1;
    if (seq < paxos.min()) return true;
    if (seq >= paxos.floor() || paxos.status(seq).fate === 'decided' || paxos.canLearn(seq)) {
      this.#missing = undefined;
      return false;
    }
    if (this.#missing?.seq !== seq) this.#missing = { seq, sinceMs: clock.now() };
    paxos.requestDecisions(paxos.floor() - 1);
    return clock.now() - this.#missing.sinceMs >= unreachableMsMax;
  }
}
