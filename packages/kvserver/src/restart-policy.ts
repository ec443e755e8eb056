/**
 * Restart policy: decides what to do when a node cannot start or has failed. Some faults are transient, and
 * some damaged data can be fetched from other nodes. After any other error the server must end, since an
 * operator has to find the cause.
 */
import type { DamagedPart } from './storage/quarantine.ts';
import { causesOf, codeOf, isShortage } from './storage/shortage.ts';

export type RecoveryAction =
  /** Close everything and open it again after a pause. Opening verifies all data. */
  | { readonly type: 'reopen'; readonly delayMs: number }
  /** Quarantine this part, then reopen. The other nodes have what was in it. */
  | { readonly type: 'quarantine'; readonly part: DamagedPart }
  | { readonly type: 'giveUp' };

const damagedParts: Readonly<Record<string, DamagedPart>> = {
  DISK_JOURNAL_DAMAGED: 'journal',
  DISK_AMNESIA: 'journal',
  PAXOS_MEMORY_LOST: 'journal',
  DISK_STATE_DAMAGED: 'state',
  STATE_DAMAGED: 'state',
  DISK_IDENTITY_DAMAGED: 'identity',
};

/** After these errors the open handle must not be used again, but reopening may succeed. */
const transientCodes: readonly string[] = ['PAXOS_STORAGE_FAILED', 'DISK_FAILED', 'STATE_FAILED'];

const delayMsMin = 50;
const delayMsMax = 1000;
/** An error this long after the previous one starts a new count of attempts. */
const recoveredMs = 60_000;
/** Attempts to recover before giving up. Attempts while a resource is short do not count. */
const attemptCountMax = 10;

export class RestartPolicy {
  #attemptCount = 0;
  #shortageCount = 0;
  #lastErrorMs: number | undefined;

  /** What to do about `error` at `nowMs`, on a clock that never goes back. */
  actionFor(error: unknown, nowMs: number): RecoveryAction {
    if (this.#lastErrorMs !== undefined && nowMs - this.#lastErrorMs > recoveredMs) {
      this.#attemptCount = 0;
      this.#shortageCount = 0;
    }
    this.#lastErrorMs = nowMs;
    // It may end by itself, or an operator sees to it, so attempts are unlimited.
    if (isShortage(error)) {
      this.#shortageCount += 1;
      return { type: 'reopen', delayMs: delayMsAfter(this.#shortageCount) };
    }
    this.#attemptCount += 1;
    if (this.#attemptCount > attemptCountMax) return { type: 'giveUp' };
    const part = partOf(error);
    if (part !== undefined) return { type: 'quarantine', part };
    if (!isTransient(error)) return { type: 'giveUp' };
    return { type: 'reopen', delayMs: delayMsAfter(this.#attemptCount) };
  }
}

function delayMsAfter(count: number): number {
  return Math.min(delayMsMax, delayMsMin * 2 ** (count - 1));
}

function partOf(error: unknown): DamagedPart | undefined {
  for (const cause of causesOf(error)) {
    const part = damagedParts[codeOf(cause)];
    if (part !== undefined) return part;
  }
  return undefined;
}

function isTransient(error: unknown): boolean {
  const hasCode = causesOf(error).some((cause) => transientCodes.includes(codeOf(cause)));
  return hasCode || matches(error, ['EIO'], /Input\/output error/);
}

function matches(error: unknown, codes: readonly string[], text: RegExp): boolean {
  return causesOf(error).some((cause) => codes.includes(codeOf(cause)) || text.test(cause.message));
}
