/** The program around one peer: it applies decisions in order, and has a state that survives a crash. */
import type { Decision, Peer } from '@paxkv/paxos/core';

export class Host {
  /** The value of each instance applied. All of it is durable. */
  #applied: readonly string[] = [];
  readonly #decided = new Map<number, string>();
  /** How often the state was lost since the disk was new. */
  stateEpoch = 0;
  /** Distinguishes one state from another that replaced it after a loss. */
  life = 0;

  get state(): readonly string[] {
    return this.#applied;
  }

  /** The highest instance applied, or −1. */
  get applied(): number {
    return this.#applied.length - 1;
  }

  onDecided(decisions: readonly Decision<string>[]): void {
    for (const { seq, value } of decisions) this.#decided.set(seq, value);
  }

  /** Applies what is decided. Returns whether that was anything. */
  apply(): boolean {
    const before = this.applied;
    for (let value = this.#next(); value !== undefined; value = this.#next())
      this.#applied = [...this.#applied, value];
    return this.applied > before;
  }

  /** Whether only the state of another host can bring this one any further. */
  isBehindLog(peer: Peer<string>): boolean {
    const next = this.applied + 1;
    if (next < peer.min) return true;
    return next < peer.floor && !this.#decided.has(next) && !peer.canLearn(next);
  }

  /** Takes the state of another host if that is newer. */
  take(state: readonly string[]): boolean {
    if (state.length <= this.#applied.length) return false;
    this.#applied = state;
    return true;
  }

  /** The peer starts again, with what its disk remembers. */
  restart(peer: Peer<string>): void {
    this.#decided.clear();
    this.onDecided(peer.decisions());
  }

  /** Without its disk, the host does not know either how often it lost its state. */
  loseState(isDiskLost: boolean): void {
    this.#applied = [];
    this.stateEpoch = isDiskLost ? 0 : this.stateEpoch + 1;
    this.life += 1;
  }

  #next(): string | undefined {
    return this.#decided.get(this.applied + 1);
  }
}
