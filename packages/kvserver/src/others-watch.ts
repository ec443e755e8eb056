/**
 * Watches, from what the other nodes send to this one, whether they form a quorum without it. It matters before a node
 * sets data aside: a fault of the program that finds damage where there is none must not do so on most of them.
 *
 * A leader that gets no answers from a quorum steps down within half a second. This node answers nothing meanwhile, so
 * a leader that goes on for seconds, or that knows of new decisions, has a quorum among the others.
 */
import type { Envelope, PeerId } from '@paxkv/paxos';

/** How long a leader must have gone on: several times as long as one without a quorum can. */
const sinceMsMin = 2000;
/** Signs further apart than this do not belong together. Heartbeats come every 50 ms. */
const gapMsMax = 1000;

interface Leader {
  readonly peer: PeerId;
  readonly round: number;
  readonly sinceMs: number;
  lastMs: number;
  knownUpTo: number;
}

export class OthersWatch {
  #leader: Leader | undefined;
  #done = -1;

  /** The highest instance that the host of another node has in its state, on disk; −1 if none is known. */
  get done(): number {
    return this.#done;
  }

  /** Takes a message of another node, at `nowMs` of a clock that never goes back. */
  observe({ from, done, message }: Envelope<unknown>, nowMs: number): void {
    this.#done = Math.max(this.#done, done);
    if (message.type !== 'heartbeat' && message.type !== 'accept') return;
    const { ballot, knownUpTo = -1 } = message;
    if (ballot.peer !== from) return;
    const leader = this.#leader;
    const isSame = leader?.peer === from && leader.round === ballot.round;
    if (leader !== undefined && isSame && nowMs - leader.lastMs <= gapMsMax) {
      // A former leader goes on asking for votes. Only what it decides meanwhile shows that it has a quorum.
      if (message.type === 'heartbeat' || knownUpTo > leader.knownUpTo) leader.lastMs = nowMs;
      leader.knownUpTo = Math.max(leader.knownUpTo, knownUpTo);
    } else if (
      leader === undefined ||
      isSame ||
      ballot.round > leader.round ||
      !this.#isRecent(nowMs)
    ) {
      const times = { sinceMs: nowMs, lastMs: nowMs };
      this.#leader = { peer: from, round: ballot.round, knownUpTo, ...times };
    }
  }

  /** Whether the others form a quorum without this node. */
  formQuorum(nowMs: number): boolean {
    const leader = this.#leader;
    return leader !== undefined && this.#isRecent(nowMs) && nowMs - leader.sinceMs >= sinceMsMin;
  }

  #isRecent(nowMs: number): boolean {
    return this.#leader !== undefined && nowMs - this.#leader.lastMs <= gapMsMax;
  }
}
