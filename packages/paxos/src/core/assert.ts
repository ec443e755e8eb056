/** Stop rather than continue wrong: a silent peer is safe, a mistaken one is not. */
export function assert(condition: boolean, rule: string): asserts condition {
  if (!condition) throw new Error(`paxos invariant broken: ${rule}`);
}
