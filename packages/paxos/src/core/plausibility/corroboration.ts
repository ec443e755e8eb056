/** What at least one undamaged peer says, if no more than a minority is damaged. */
import { quorumSize } from '../quorum.ts';

/**
 * The highest number that one peer more than a minority has reached; −1 if too few have reported. `reported`: one
 * number for each peer that did.
 */
export function corroborated(reported: readonly number[], peerCount: number): number {
  const minority = peerCount - quorumSize(peerCount);
  return reported.toSorted((a, b) => b - a)[minority] ?? -1;
}

/**
 * The highest number reported. `undefined` while it is more than `leapMax` above every one that is corroborated: then
 * it may be the word of a damaged peer, or the others must come up to it first.
 */
export function agreedHighest(
  reported: readonly number[],
  { peerCount, leapMax }: { readonly peerCount: number; readonly leapMax: number },
): number | undefined {
  const highest = Math.max(-1, ...reported);
  return highest <= corroborated(reported, peerCount) + leapMax ? highest : undefined;
}
