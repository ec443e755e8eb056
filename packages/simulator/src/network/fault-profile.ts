/** How a network treats its messages, as plain data. */
import type { SeededRandom } from '../seeded-random.ts';

/**
 * A network of calls, which fails fast: a request either gets its answer on the same call, or its
 * sender hears soon that none will come. Nothing is lost in silence, repeated or held up.
 */
export interface CallProfile {
  readonly type: 'calls';
  /** One way, drawn evenly for each message; messages may overtake each other unless both are equal. */
  readonly delayMsMin: number;
  readonly delayMsMax: number;
  /** Whether peers are unreliable from the beginning. What follows applies to unreliable receivers. */
  readonly isUnreliable: boolean;
  /** Chance that a request is thrown away unread. */
  readonly discardChance: number;
  /** Chance that a request that was not discarded is served, and its answer thrown away. */
  readonly answerLossChance: number;
}

/** A network of single messages, none of which anyone vouches for. Its failures are silent. */
export interface DatagramProfile {
  readonly type: 'datagrams';
  /** One way: at least `delayMsMin`, `delayMsMean` on average, with a heavy tail up to the maximum. */
  readonly delayMsMin: number;
  readonly delayMsMean: number;
  readonly delayMsMax: number;
  /** Chance that a message may overtake those sent before it on the same link. */
  readonly reorderChance: number;
  /** Whether peers are unreliable from the beginning. What follows applies to unreliable receivers. */
  readonly isUnreliable: boolean;
  readonly lossChance: number;
  /** Chance that a message arrives twice. */
  readonly repeatChance: number;
  /** Chance that a message finds its link clogged: all on it then waits, up to `clogMsMax`. */
  readonly clogChance: number;
  readonly clogMsMax: number;
}

/** How a network treats its messages. */
export type FaultProfile = CallProfile | DatagramProfile;

/** Calls that all succeed, until peers are made unreliable. */
export const reliable: CallProfile = {
  type: 'calls',
  delayMsMin: 0.1,
  delayMsMax: 1,
  isUnreliable: false,
  discardChance: 0.1,
  answerLossChance: 0.2,
};

/** Of all requests 10 % are discarded and 18 % lose their answer; the sender hears of both. */
export const lab: CallProfile = { ...reliable, isUnreliable: true };

const harshDefaults: DatagramProfile = {
  type: 'datagrams',
  delayMsMin: 0.1,
  delayMsMean: 10,
  delayMsMax: 10_000,
  reorderChance: 1,
  isUnreliable: true,
  lossChance: 0.1,
  repeatChance: 0.1,
  clogChance: 0.001,
  clogMsMax: 2_000,
};

/** Silent loss, delay, repetition, reordering and clogged links, each as given. */
export function harsh(settings: Partial<Omit<DatagramProfile, 'type'>> = {}): DatagramProfile {
  return { ...harshDefaults, ...settings };
}

/** Harsh to a degree drawn by chance, from nearly kind to hardly bearable. */
export function drawHarsh(random: SeededRandom): DatagramProfile {
  return harsh({
    delayMsMean: random.between(1, 100),
    reorderChance: random.next(),
    lossChance: random.between(0, 0.3),
    repeatChance: random.between(0, 0.5),
    clogChance: random.between(0, 0.02),
    clogMsMax: random.between(0, 5_000),
  });
}
