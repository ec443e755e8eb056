/**
 * Restart policy: decides what to do when a node cannot start or has failed. Some faults are transient, and
 * some damaged data can be fetched from other nodes. After any other error the server must end, since an
 * operator has to find the cause.
 */
import { UnreadableValueError } from './state-machine/state-error.ts';
import type { DamagedPart } from './storage/quarantine.ts';
import { causesOf, codeOf, isShortage } from './storage/shortage.ts';

export type RecoveryAction =
  /** Close everything and open it again after a pause. Opening verifies all data. */
  | { readonly type: 'reopen'; readonly delayMs: number }
  /** Quarantine this part, then reopen. The other nodes have what was in it. */
  | Quarantine
  | { readonly type: 'giveUp' };

export interface Quarantine {
  readonly type: 'quarantine';
  readonly part: DamagedPart;
  /**
   * Present if this node alone judges that the part is damaged, which a fault of the program could make all of them
   * do: the others must be seen to work without it first, and have this instance in their state (−1: any state).
   */
  readonly othersWith?: number;
}

const damagedParts: Readonly<Record<string, DamagedPart>> = {
  DISK_JOURNAL_DAMAGED: 'journal',
  DISK_AMNESIA: 'journal',
  PAXOS_MEMORY_LOST: 'journal',
  STATE_VALUE_UNREADABLE: 'journal',
  DISK_STATE_DAMAGED: 'state',
  STATE_DAMAGED: 'state',
  DISK_IDENTITY_DAMAGED: 'identity',
};

/** After these there is nothing left to lose, or another node has said so. */
const certainCodes: readonly string[] = ['DISK_AMNESIA', 'PAXOS_MEMORY_LOST'];

/**
 * A decided value made the state machine fail. It would do so at every start, and ending the process would help
 * nobody, so the node stays closed, says why, and tries again now and then.
 */
const unappliableCodes: readonly string[] = ['STATE_MALFORMED', 'STATE_UNKNOWN_FORMAT'];
const unappliableDelayMsMax = 60_000;

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
    const quarantine = quarantineFor(error);
    const hasMoreAttempts = this.#attemptCount <= attemptCountMax;
    if (quarantine !== undefined) return hasMoreAttempts ? quarantine : { type: 'giveUp' };
    if (hasCode(error, unappliableCodes)) {
      const delayMs = delayMsMin * 2 ** Math.min(this.#attemptCount - 1, 16);
      return { type: 'reopen', delayMs: Math.min(unappliableDelayMsMax, delayMs) };
    }
    if (!hasMoreAttempts) return { type: 'giveUp' };
    if (!isTransient(error)) return { type: 'giveUp' };
    return { type: 'reopen', delayMs: delayMsAfter(this.#attemptCount) };
  }
}

function delayMsAfter(count: number): number {
  return Math.min(delayMsMax, delayMsMin * 2 ** (count - 1));
}

function quarantineFor(error: unknown): Quarantine | undefined {
  for (const cause of causesOf(error)) {
    const part = damagedParts[codeOf(cause)];
    if (part === undefined) continue;
    if (certainCodes.includes(codeOf(cause))) return { type: 'quarantine', part };
    const othersWith = cause instanceof UnreadableValueError ? cause.instance : -1;
    return { type: 'quarantine', part, othersWith };
  }
  return undefined;
}

function hasCode(error: unknown, codes: readonly string[]): boolean {
  return causesOf(error).some((cause) => codes.includes(codeOf(cause)));
}

function isTransient(error: unknown): boolean {
  return hasCode(error, transientCodes) || matches(error, ['EIO'], /Input\/output error/);
}

function matches(error: unknown, codes: readonly string[], text: RegExp): boolean {
  return causesOf(error).some((cause) => codes.includes(codeOf(cause)) || text.test(cause.message));
}
