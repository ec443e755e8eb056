/**
 * What is done when a node cannot start or go on. Some faults pass, some damage others can repair;
 * with anything else it is safer to end than to try, and an operator has to look.
 */
import type { DamagedPart } from './storage/quarantine.ts';

export type RecoveryAction =
  /** Close everything and open it again, which verifies it. */
  | { readonly type: 'reopen'; readonly delayMs: number }
  /** Set this part aside first; the others have what was in it. */
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

/** After these the same handle must not be used, but a fresh one may do. */
const failures: readonly string[] = ['PAXOS_STORAGE_FAILED', 'DISK_FAILED', 'STATE_FAILED'];

const delayMsMin = 50;
const delayMsMax = 1000;
/** So long after the last trouble it counts as overcome. */
const recoveredMs = 60_000;
/** Repairs and retries of one trouble, where it is not that the disk is full. */
const attemptCountMax = 10;

export class RestartPolicy {
  #attemptCount = 0;
  #fullCount = 0;
  #lastMs = Number.NEGATIVE_INFINITY;

  /** What to do about `error`, at a time that never goes back. */
  actionFor(error: unknown, nowMs: number): RecoveryAction {
    if (nowMs - this.#lastMs > recoveredMs) {
      this.#attemptCount = 0;
      this.#fullCount = 0;
    }
    this.#lastMs = nowMs;
    if (isFull(error)) {
      this.#fullCount += 1;
      return { type: 'reopen', delayMs: delayMsAfter(this.#fullCount) };
    }
    this.#attemptCount += 1;
    if (this.#attemptCount > attemptCountMax) return { type: 'giveUp' };
    const part = partOf(error);
    if (part !== undefined) return { type: 'quarantine', part };
    if (!mayPass(error)) return { type: 'giveUp' };
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

/** Full: somebody will make room, sooner or later. */
function isFull(error: unknown): boolean {
  return matches(error, ['ENOSPC', 'EDQUOT'], /No space left on device|Disk quota exceeded/);
}

function mayPass(error: unknown): boolean {
  const isFailure = causesOf(error).some((cause) => failures.includes(codeOf(cause)));
  return isFailure || matches(error, ['EIO'], /Input\/output error/);
}

function matches(error: unknown, codes: readonly string[], text: RegExp): boolean {
  return causesOf(error).some((cause) => codes.includes(codeOf(cause)) || text.test(cause.message));
}

/** The error, what caused it, and so on. */
function causesOf(error: unknown): Error[] {
  if (!(error instanceof Error)) return [];
  return [error, ...causesOf(error.cause)];
}

function codeOf(error: Error): string {
  return 'code' in error ? String(error.code) : '';
}
