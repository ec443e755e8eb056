/**
 * Holes: instances that stay undecided while higher ones are known of. Nothing above a hole can be
 * applied, so the replica asks whoever leads, or where nobody does, the others in turn. In vain, it starts
 * them with a noop, and the decision is whatever it turns out to be.
 */
import type { Clock, Paxos, PeerId, Random } from '@paxkv/paxos';
import type { Bytes } from '@paxkv/protocol';
import { noop } from '../../state-machine/batch.ts';

/** How long a hole is left alone, and how long it is left to whoever proposes there. */
interface Delays {
  readonly askMs: number;
  readonly fillMs: number;
}

/**
 * Where nobody leads, as far as is known here. Others may know a leader, and nobody tells this replica what they
 * decide; so it asks soon. A busy disk takes far less than 150 ms for a round: those who compete earlier
 * would only slow one another.
 */
const unledDelays: Delays = { askMs: 10, fillMs: 150 };
/**
 * Where another replica leads. That one never leaves a hole, so only a message that was lost is behind it;
 * whoever proposes against a leader that is merely slow makes it slower still.
 */
const ledDelays: Delays = { askMs: 150, fillMs: 1500 };
/** Spreads the replicas that notice one hole at the same time. */
const jitterMsMax = 100;
/** Between two looks when there is no hole: a lost message leaves one without any other sign. */
const idleDelayMs = 200;
/** Instances filled at once. */
const fillCountMax = 64;

export interface GapFillerOptions {
  readonly me: PeerId;
  readonly paxos: Pick<Paxos<Bytes>, 'requestDecisions' | 'leader' | 'max' | 'start' | 'status'>;
  readonly clock: Clock;
  readonly random: Random;
  /** The lowest instance not applied yet. */
  readonly next: () => number;
  /** Whether this replica has a batch of its own under way there. */
  readonly isInFlight: (seq: number) => boolean;
}

export class GapFiller {
  readonly #options: GapFillerOptions;
  #hole: { readonly seq: number; readonly sinceMs: number; readonly jitterMs: number } | undefined;
  #wakeAtMs = Infinity;
  #cancelTimer: (() => void) | undefined;
  #isStopped = false;

  constructor(options: GapFillerOptions) {
    this.#options = options;
  }

  /** Looks for a hole at the lowest instance not applied. To be called when that may have changed. */
  check(): void {
    if (this.#isStopped) return;
    const { clock, random, paxos } = this.#options;
    const seq = this.#find();
    if (seq === undefined) {
      this.#hole = undefined;
      this.#wakeBy(clock.now() + idleDelayMs);
      return;
    }
    if (this.#hole?.seq !== seq)
      this.#hole = { seq, sinceMs: clock.now(), jitterMs: jitterMsMax * random.next() };
    const { sinceMs, jitterMs } = this.#hole;
    const { askMs, fillMs } = this.#delays;
    const [now, askAtMs] = [clock.now(), sinceMs + askMs];
    if (now >= sinceMs + fillMs + jitterMs) this.#fill(seq);
    else if (now >= askAtMs) paxos.requestDecisions(paxos.max());
    this.#wakeBy(now < askAtMs ? askAtMs : now + askMs);
  }

  /** Leaves no hole to anyone else: this replica leads, so it fills them in one round. */
  fillNow(): void {
    if (!this.#isStopped) this.#fill(this.#options.next());
  }

  stop(): void {
    this.#isStopped = true;
    this.#cancelTimer?.();
  }

  #find(): number | undefined {
    const { paxos, next } = this.#options;
    const seq = next();
    return seq <= paxos.max() && paxos.status(seq).fate === 'pending' ? seq : undefined;
  }

  get #delays(): Delays {
    const leader = this.#options.paxos.leader();
    const isLed = leader !== undefined && leader !== this.#options.me;
    return isLed ? ledDelays : unledDelays;
  }

  #fill(first: number): void {
    const { paxos, isInFlight } = this.#options;
    const last = Math.min(paxos.max(), first + fillCountMax - 1);
    for (let seq = first; seq <= last; seq += 1) {
      if (isInFlight(seq) || paxos.status(seq).fate !== 'pending') continue;
      // To start again what was started before changes nothing.
      paxos.start(seq, noop);
    }
  }

  #wakeBy(wakeAtMs: number): void {
    const { clock } = this.#options;
    if (this.#wakeAtMs <= wakeAtMs) return;
    this.#cancelTimer?.();
    this.#wakeAtMs = wakeAtMs;
    this.#cancelTimer = clock.at(wakeAtMs, () => {
      this.#wakeAtMs = Infinity;
      this.check();
    });
  }
}
