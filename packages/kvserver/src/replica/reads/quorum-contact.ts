/**
 * Evidence from quorum reads: that this replica reaches a quorum, and how old its state may be. An answer proves
 * contact at the time of its question and no later, since all but the last answer may have come right after it.
 */

/** What quorum reads have shown, as times of the replica's clock. Absent: nothing yet. */
export interface Contact {
  /** The time of the latest question that a quorum has answered. */
  readonly answeredMs: number | undefined;
  /** The state has everything that was acknowledged anywhere before this time. */
  readonly currentMs: number | undefined;
}

/** A question that a quorum has answered: what was decided when it was asked is at most `readIndex`. */
interface Mark {
  readonly askedMs: number;
  readonly readIndex: number;
}

export class QuorumContact {
  #askedMs: number | undefined;
  #answeredMs: number | undefined;
  #currentMs: number | undefined;
  /** The oldest answer that the state has not reached. Later ones wait, so that each call costs the same. */
  #mark: Mark | undefined;

  get contact(): Contact {
    return { answeredMs: this.#answeredMs, currentMs: this.#currentMs };
  }

  /** Whether a question was asked after `sinceMs` and has no answer yet. */
  isAsking(sinceMs: number): boolean {
    return this.#askedMs !== undefined && this.#askedMs > sinceMs;
  }

  /** A question leaves. It replaces one without an answer. */
  onAsked(nowMs: number): void {
    this.#askedMs = nowMs;
  }

  /** A quorum has answered the last question. */
  onAnswered(readIndex: number, applied: number): void {
    const askedMs = this.#askedMs;
    if (askedMs === undefined) return;
    this.#askedMs = undefined;
    this.#answeredMs = askedMs;
    this.#mark ??= { askedMs, readIndex };
    if (applied >= readIndex) this.#mark = { askedMs, readIndex };
    this.onApplied(applied);
  }

  onApplied(applied: number): void {
    if (this.#mark === undefined || this.#mark.readIndex > applied) return;
    this.#currentMs = this.#mark.askedMs;
    this.#mark = undefined;
  }
}
