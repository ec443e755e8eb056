/**
 * Restart policy: decides what to do when a node cannot start or has failed. Some faults are transient, some damaged
 * data can be fetched from other nodes, and some show a defect of the program. After any other error the server must
 * end, since an operator has to find the cause.
 *
 * Which it is: an error of the disk or of the system says so by its code. One that shows only when an instance is
 * applied may be of the state or of the program; the others tell, since all have the same log and each its own state.
 * An error without a code is a defect of the program.
 * Rule: data is set aside only if it is what is at fault, and no defect ends a node for good.
 */
import { UnappliableError, UnreadableValueError } from './state-machine/state-error.ts';
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
  /** How long to wait for that before the node is reopened with what it has. Default: until it is so. */
  readonly waitMsMax?: number;
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

/** After these errors the open handle must not be used again, but reopening may succeed. */
const transientCodes: readonly string[] = ['PAXOS_STORAGE_FAILED', 'DISK_FAILED', 'STATE_FAILED'];

const delayMsMin = 50;
const delayMsMax = 1000;
/** The longest pause after a defect, which ends by itself only if it depends on the time or on other nodes. */
const defectDelayMsMax = 60_000;
/** How long the others are watched at first, which takes them two seconds at least to show that they work. */
const watchMsMin = 5000;
/** An error this long after the previous one starts a new count of attempts. */
const recoveredMs = 60_000;
/** The same for defects, whose attempts may be a minute apart. */
const defectRecoveredMs = 600_000;
/** Attempts to recover before giving up. Attempts while a resource is short, or after a defect, do not count. */
const attemptCountMax = 10;

export class RestartPolicy {
  #attemptCount = 0;
  #shortageCount = 0;
  #defectCount = 0;
  #lastErrorMs: number | undefined;
  /** The instance for which the state was set aside last. Once is enough: after that it is the program. */
  #replacedFor: number | undefined;

  /** What to do about `error` at `nowMs`, on a clock that never goes back. */
  actionFor(error: unknown, nowMs: number): RecoveryAction {
    this.#forgetErrorsBefore(nowMs);
    // It may end by itself, or an operator sees to it, so attempts are unlimited.
    if (isShortage(error)) {
      this.#shortageCount += 1;
      return { type: 'reopen', delayMs: delayMsAfter(this.#shortageCount) };
    }
    const unapplied = causesOf(error).find((cause) => cause instanceof UnappliableError);
    if (unapplied !== undefined) return this.#afterUnapplied(unapplied.instance);
    if (isDefect(error)) return this.#afterDefect();
    this.#attemptCount += 1;
    const quarantine = quarantineFor(error);
    const hasMoreAttempts = this.#attemptCount <= attemptCountMax;
    if (quarantine !== undefined) return hasMoreAttempts ? quarantine : { type: 'giveUp' };
    if (!hasMoreAttempts) return { type: 'giveUp' };
    if (!isTransient(error)) return { type: 'giveUp' };
    return { type: 'reopen', delayMs: delayMsAfter(this.#attemptCount) };
  }

  /** The part was set aside. */
  onQuarantined({ part, othersWith }: Quarantine): void {
    if (part === 'state') this.#replacedFor = othersWith;
  }

  #forgetErrorsBefore(nowMs: number): void {
    const sinceMs = nowMs - (this.#lastErrorMs ?? nowMs);
    this.#lastErrorMs = nowMs;
    if (sinceMs > recoveredMs) {
      this.#attemptCount = 0;
      this.#shortageCount = 0;
    }
    if (sinceMs > defectRecoveredMs) {
      this.#defectCount = 0;
      this.#replacedFor = undefined;
    }
  }

  /**
   * The first time it may have been a fault in memory. If it is again so, and others have applied that instance, the
   * state here is not what theirs is. If a state of theirs does not help either, nothing is gained by another one.
   */
  #afterUnapplied(instance: number): RecoveryAction {
    const isFirst = this.#defectCount === 0;
    if (isFirst || instance === this.#replacedFor) return this.#afterDefect();
    this.#defectCount += 1;
    const waitMsMax = Math.min(
      defectDelayMsMax,
      watchMsMin * 2 ** Math.min(16, this.#defectCount - 2),
    );
    return { type: 'quarantine', part: 'state', othersWith: instance, waitMsMax };
  }

  #afterDefect(): RecoveryAction {
    this.#defectCount += 1;
    const delayMs = delayMsMin * 2 ** Math.min(this.#defectCount - 1, 16);
    return { type: 'reopen', delayMs: Math.min(defectDelayMsMax, delayMs) };
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

/** Whether neither the store nor the system raises such an error by itself. `ERR_`: misuse of Node.js. */
function isDefect(error: unknown): boolean {
  return causesOf(error).every((cause) => /^(?:ERR_|$)/.test(codeOf(cause)));
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
