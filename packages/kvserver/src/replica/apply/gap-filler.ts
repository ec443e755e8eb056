/**
 * Fills log gaps: instances that stay undecided while higher ones exist. Nothing above a gap can be applied,
 * so the replica asks the leader for the decision, or the other replicas in turn while no leader is known. If
 * that does not help, it proposes a no-op in the gap. Paxos then decides the no-op or an earlier proposal.
 */
import type { Clock, Paxos, PeerId, Random } from '@paxkv/paxos';
import type { Bytes } from '@paxkv/protocol';
import { noop } from '../../state-machine/batch.ts';
import type { Writes } from '../writes/writes.ts';
import type { AppliedState } from './applier.ts';

/** How long a gap is left alone before the replica asks for the decision, and before it proposes a no-op. */
interface Delays {
  readonly askMs: number;
  readonly fillMs: number;
}

/**
 * Delays while this replica knows no leader. Other replicas may follow a leader that does not reach this one,
 * so it asks early. It proposes only after 150 ms, which is far longer than a round on a busy disk: replicas
 * that compete earlier only slow each other down.
 */
const leaderlessDelays: Delays = { askMs: 10, fillMs: 150 };
/**
 * Delays while another replica leads. A leader leaves no gaps, so most likely a message was lost. If the
 * leader is only slow, a competing proposal would make it slower.
 */
const followerDelays: Delays = { askMs: 150, fillMs: 1500 };
/** Longest random delay, so that replicas which notice a gap at the same time do not act together. */
const jitterMsMax = 100;
/** Time between two checks without a gap. If a message is lost, only a check reveals the gap. */
const idleDelayMs = 200;
/** Most instances filled at the same time. */
const fillCountMax = 64;
/**
 * A gap as long as that is no work in progress: some server spoke of an instance far ahead. A leader fills it at once,
 * as fast as the others follow.
 */
const longGap = 1024;

export interface GapFillerOptions {
  readonly me: PeerId;
  readonly paxos: Pick<Paxos<Bytes>, 'requestDecisions' | 'leader' | 'max' | 'start' | 'status'>;
  readonly clock: Clock;
  readonly random: Random;
  readonly state: Pick<AppliedState, 'applied'>;
  readonly writes: Pick<Writes, 'isInFlight'>;
}

export class GapFiller {
  readonly #options: GapFillerOptions;
  #gap: { readonly seq: number; readonly sinceMs: number; readonly jitterMs: number } | undefined;
  #timer: { readonly atMs: number; readonly cancel: () => void } | undefined;
  #isStopped = false;

  constructor(options: GapFillerOptions) {
    this.#options = options;
  }

  /** Looks for a gap right above the state. Called whenever there may be one, and by a timer. */
  check(): void {
    if (this.#isStopped) return;
    const { clock, random, paxos } = this.#options;
    const seq = this.#find();
    if (seq === undefined) {
      this.#checkBy(clock.now() + idleDelayMs);
      return;
    }
    if (this.#gap?.seq !== seq)
      this.#gap = { seq, sinceMs: clock.now(), jitterMs: jitterMsMax * random.next() };
    const { sinceMs, jitterMs } = this.#gap;
    const { askMs, fillMs } = this.#delays;
    const [now, askAtMs] = [clock.now(), sinceMs + askMs];
    if (this.#isLeading && paxos.max() - seq >= longGap) this.#fill(seq, longGap);
    else if (now >= sinceMs + fillMs + jitterMs) this.#fill(seq);
    else if (now >= askAtMs) paxos.requestDecisions(paxos.max());
    this.#checkBy(now < askAtMs ? askAtMs : now + askMs);
  }

  /** Fills every gap now: this replica leads, so each costs one round. */
  fillNow(): void {
    if (!this.#isStopped) this.#fill(this.#options.state.applied + 1);
  }

  stop(): void {
    this.#isStopped = true;
    this.#timer?.cancel();
  }

  #find(): number | undefined {
    const { paxos, state } = this.#options;
    const seq = state.applied + 1;
    return seq <= paxos.max() && paxos.status(seq).fate === 'pending' ? seq : undefined;
  }

  get #isLeading(): boolean {
    return this.#options.paxos.leader() === this.#options.me;
  }

  get #delays(): Delays {
    const leader = this.#options.paxos.leader();
    const isFollower = leader !== undefined && leader !== this.#options.me;
    return isFollower ? followerDelays : leaderlessDelays;
  }

  #fill(first: number, countMax = fillCountMax): void {
    const { paxos, writes } = this.#options;
    const last = Math.min(paxos.max(), first + countMax - 1);
    for (let seq = first; seq <= last; seq += 1) {
      if (writes.isInFlight(seq) || paxos.status(seq).fate !== 'pending') continue;
      // Starting an instance a second time changes nothing.
      paxos.start(seq, noop);
    }
  }

  #checkBy(atMs: number): void {
    if (this.#timer !== undefined && this.#timer.atMs <= atMs) return;
    this.#timer?.cancel();
    const cancel = this.#options.clock.at(atMs, () => {
      this.#timer = undefined;
      this.check();
    });
    this.#timer = { atMs, cancel };
  }
}
