/**
 * The lines of a trace: what one peer started from, its inputs, and a hash of what it asked for in each step. A trace
 * may have several parts. Each begins with a start: of another run of the peer, or in the middle of one, with all that
 * the peer then knew. So parts may be dropped from the front.
 * Each line is JSON. Tokens stand for values, so a trace holds no value itself: the core never looks into one. A
 * token begins with the size of its value, as the retention policy measures it, and a colon.
 */
import type { PeerId } from '../ballot.ts';
import type { QuorumRetention } from '../commit/retention-policy.ts';
import type { Memory, Write } from '../effects.ts';
import type { PeerEvent } from '../events.ts';
import type { MessageLimits } from '../messages/message-limits.ts';
import type { PeerSnapshot } from '../roles-snapshot.ts';

export const traceVersion = 2;

/** A retention policy without its function: tokens have the sizes. */
export type TracedRetention =
  | { readonly type: 'everyPeer' }
  | Pick<QuorumRetention<string>, 'type' | 'instances' | 'bytes'>;

/** The first line of a part. */
export interface TraceStart {
  readonly trace: typeof traceVersion;
  readonly me: PeerId;
  readonly peerCount: number;
  readonly isCandidate: boolean;
  readonly stateEpoch: number;
  readonly retention: TracedRetention;
  /** Absent for no bound. */
  readonly instanceLeapMax?: number;
  /** Absent for the defaults. */
  readonly messageLimits?: Partial<MessageLimits>;
  /** Has no writes where there is a snapshot. */
  readonly memory: Omit<Memory<string>, 'writes'> & { readonly writes: readonly Write<string>[] };
  /** What the peer knew; absent at the start of a run. */
  readonly snapshot?: PeerSnapshot<string>;
  /** The random numbers that the peer drew while it was constructed. */
  readonly draws: readonly number[];
}

/** Every other line. */
export interface TraceStep {
  /** The time given to the step, in milliseconds of the host's clock. */
  readonly at: number;
  readonly event: PeerEvent<string>;
  /** The random numbers that the peer drew in this step; absent if none. */
  readonly draws?: readonly number[];
  /** The hash of the effects. */
  readonly hash: string;
}

/** The size of the value that this token stands for. */
export function sizeInToken(token: string): number {
  return Number.parseInt(token, 10);
}

/** Replaces each value in `data`, which consists of arrays and plain objects. */
export function withTokens<V>(
  data: unknown,
  isValue: (data: unknown) => data is V,
  tokenOf: (value: V) => string,
): unknown {
  const convert = (each: unknown): unknown => {
    if (typeof each !== 'object' || each === null) return each;
    if (isValue(each)) return tokenOf(each);
    if (Array.isArray(each)) return each.map(convert);
    return Object.fromEntries(
      Object.entries(each).map(([name, member]) => [name, convert(member)]),
    );
  };
  return convert(data);
}

/** The hash of effects whose values are tokens: 16 hexadecimal digits. */
export function effectsHash(effects: unknown): string {
  const text = JSON.stringify(effects);
  return `${hash32(text, 0x811c9dc5)}${hash32(text, 0x050c5d1f)}`;
}

/** The function FNV-1a on the units of the text. http://www.isthe.com/chongo/tech/comp/fnv/ */
function hash32(text: string, start: number): string {
  let bits = start;
  for (let at = 0; at < text.length; at += 1) {
    bits = Math.imul(bits ^ text.charCodeAt(at), 0x01000193);
  }
  return (bits >>> 0).toString(16).padStart(8, '0');
}
