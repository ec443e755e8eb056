/**
 * Recorder: what has to be counted when it happens, since nobody could tell it later. All else is read from the parts
 * of the server when it is scraped. It stays when the node is closed and opened again.
 */
import type { CommandType, KvErrorCode, Outcome } from '@paxkv/protocol';
import type { RequestTiming, Transport } from '../replica/request-timing.ts';
import type { RequestObserver } from '../service/request-observer.ts';
import { DurationHistogram } from './duration-histogram.ts';
import type { HistogramSample, Sample } from './metric-spec.ts';

/** A flush of a good disk takes less than a millisecond, and one of a bad disk seconds. */
const flushBounds = [
  0.00025, 0.0005, 0.001, 0.002, 0.004, 0.008, 0.016, 0.032, 0.064, 0.128, 0.256, 0.512, 1, 2, 4, 8,
];
/** Servers of one network answer within a millisecond, and those of other continents within half a second. */
const roundTripBounds = [
  0.0001, 0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1,
];
/** A delay of half a second makes the others elect another leader. */
const delayBounds = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5];
/** A run of the log that takes this long to apply is slow, in milliseconds. */
const slowApplyMs = 100;

type ByOutcome = { [O in Outcome]?: DurationHistogram };

/** Codes of requests that nobody can tell the result of: their proposals failed as far as this server knows. */
const failedCodes: ReadonlySet<KvErrorCode | undefined> = new Set([
  'KV_TIMEOUT',
  'KV_INTERRUPTED',
] as const);

export class Recorder implements Pick<RequestObserver, 'onEnded' | 'onError'> {
  /** Flushes of the journal. */
  readonly flushes = new DurationHistogram(flushBounds);
  /** Writes of the state to its database. */
  readonly stateWrites = new DurationHistogram(flushBounds);
  readonly #requests: Record<Transport, Map<CommandType, ByOutcome>> = {
    http: new Map(),
    stream: new Map(),
    program: new Map(),
  };
  readonly #errors: Record<Transport, Map<KvErrorCode, number>> = {
    http: new Map(),
    stream: new Map(),
    program: new Map(),
  };
  /** By how much a timer of 250 ms was late. */
  readonly delays = new DurationHistogram(delayBounds);
  readonly #roundTrips = new Map<number, DurationHistogram>();
  readonly #refused = new Map<number, number>();
  #leaderChanges = 0;
  #failedProposals = 0;
  #slowApplies = 0;

  /** How often this server learned of a leader. */
  get leaderChanges(): number {
    return this.#leaderChanges;
  }

  /** Requests that ended without an answer of the cluster. */
  get failedProposals(): number {
    return this.#failedProposals;
  }

  /** Runs of the log that took 100 ms or more to apply. */
  get slowApplies(): number {
    return this.#slowApplies;
  }

  onEnded({ command, origin, totalMs, result }: RequestTiming): void {
    if (result === undefined) return;
    const byCommand = this.#requests[origin.transport];
    let byOutcome = byCommand.get(command);
    if (byOutcome === undefined) {
      byOutcome = {};
      byCommand.set(command, byOutcome);
    }
    byOutcome[result.outcome] ??= new DurationHistogram();
    byOutcome[result.outcome]?.observe(totalMs);
    if (failedCodes.has(result.code)) this.#failedProposals += 1;
  }

  onError(transport: Transport, code: KvErrorCode): void {
    const counts = this.#errors[transport];
    counts.set(code, 1 + (counts.get(code) ?? 0));
  }

  /** `undefined`: no leader is known any more, which is no change until there is another. */
  onLeader(leader: number | undefined): void {
    if (leader !== undefined) this.#leaderChanges += 1;
  }

  onApplied(tookMs: number): void {
    if (tookMs >= slowApplyMs) this.#slowApplies += 1;
  }

  onStateWritten(tookMs: number): void {
    this.stateWrites.observe(tookMs);
  }

  onRoundTrip(peer: number, ms: number): void {
    const known = this.#roundTrips.get(peer);
    const histogram = known ?? new DurationHistogram(roundTripBounds);
    if (known === undefined) this.#roundTrips.set(peer, histogram);
    histogram.observe(ms);
  }

  /** A message of the peer was dropped, since its content cannot be right. */
  onRefusedMessage(peer: number): void {
    this.#refused.set(peer, 1 + (this.#refused.get(peer) ?? 0));
  }

  /** By peer. */
  get refusedMessages(): Sample[] {
    return [...this.#refused].map(([peer, value]) => ({ labels: { peer }, value }));
  }

  /** By command, transport and outcome. */
  get requests(): HistogramSample[] {
    return Object.entries(this.#requests).flatMap(([transport, byCommand]) =>
      [...byCommand].flatMap(([command, byOutcome]) =>
        Object.entries(byOutcome).map(([outcome, { reading }]) => ({
          labels: { command, transport, outcome },
          reading,
        })),
      ),
    );
  }

  /** By transport and code. */
  get errors(): Sample[] {
    return Object.entries(this.#errors).flatMap(([transport, counts]) =>
      [...counts].map(([code, value]) => ({ labels: { transport, code }, value })),
    );
  }

  /** By peer. */
  get roundTrips(): HistogramSample[] {
    return [...this.#roundTrips].map(([peer, { reading }]) => ({ labels: { peer }, reading }));
  }
}
