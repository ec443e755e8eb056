/** How a network treats its messages, as plain data. */
import type { SeededRandom } from '../seeded-random.ts';

/**
 * A network of calls, which fails fast: a request gets its answer on the same call, or its sender is soon
 * notified that none will come. No message is lost silently, repeated or held up.
 */
export interface CallProfile {
  readonly type: 'calls';
  /** The shortest one-way delay. Delays are uniformly random, so messages may overtake each other. */
  readonly delayMsMin: number;
  readonly delayMsMax: number;
  /** Whether peers are unreliable from the start. The fields below apply to unreliable receivers. */
  readonly isUnreliable: boolean;
  /** The probability that a request is dropped unread. */
  readonly discardChance: number;
  /** The probability that a request that was not discarded is served, and its answer dropped. */
  readonly answerLossChance: number;
}

/** A network of separate messages, without any guarantee. Its failures are silent. */
export interface DatagramProfile {
  readonly type: 'datagrams';
  /** The shortest one-way delay. The mean is `delayMsMean`, with a heavy tail up to the maximum. */
  readonly delayMsMin: number;
  readonly delayMsMean: number;
  readonly delayMsMax: number;
  /** The probability that a message may overtake those sent before it on the same link. */
  readonly reorderChance: number;
  /** Whether peers are unreliable from the start. The fields below apply to unreliable receivers. */
  readonly isUnreliable: boolean;
  readonly lossChance: number;
  /** The probability that a message arrives twice. */
  readonly repeatChance: number;
  /** The probability that a message clogs its link: all messages on it then wait, up to `clogMsMax`. */
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

/** 10 % of all requests are discarded and 18 % lose their answer. In both cases the sender is notified. */
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

/** Silent loss, delay, repetition, reordering and clogged links. `settings` replaces default values. */
export function harsh(settings: Partial<Omit<DatagramProfile, 'type'>> = {}): DatagramProfile {
  return { ...harshDefaults, ...settings };
}

/** Harsh to a random degree, from nearly reliable to hardly usable. */
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
