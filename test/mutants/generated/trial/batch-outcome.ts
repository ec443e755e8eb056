/** What follows from a batch of trials in one worker: which verdicts stand, and what is tried again. */
import type { Job, Verdict } from './protocol.ts';

export interface BatchOutcome {
  readonly verdicts: readonly Verdict[];
  /** Batches of what has no verdict yet. */
  readonly again: readonly (readonly Job[])[];
}

/** The worker tried all of the batch. `isSound`: its tests still passed without a mutant afterwards. */
export function afterBatch(
  batch: readonly Job[],
  verdicts: readonly Verdict[],
  isSound: boolean,
): BatchOutcome {
  // A mutant may have spoiled the worker for those that came after it, but for none if it was alone.
  const isFinal = ({ isKilled }: Verdict) => isSound || !isKilled || batch.length <= 1;
  const final = verdicts.filter(isFinal);
  const settled = new Set(final.map(({ mutant }) => mutant));
  const rest = batch.filter(({ mutant }) => !settled.has(mutant));
  const half = Math.ceil(rest.length / 2);
  const again = [rest.slice(0, half), rest.slice(half)].filter(({ length }) => length > 0);
  return { verdicts: final, again };
}

/**
 * The worker was lost while it tried `current`, or between two trials. A mutant counts as caught by that only if it was
 * alone: a machine that is busy with other things loses workers, too.
 */
export function afterLoss(
  batch: readonly Job[],
  verdicts: readonly Verdict[],
  current: number | undefined,
  reason: string,
): BatchOutcome {
  const isTried = verdicts.some(({ mutant }) => mutant === current);
  const lost = isTried ? undefined : batch.find(({ mutant }) => mutant === current);
  if (lost === undefined) return afterBatch(batch, verdicts, false);
  if (batch.length === 1) {
    const { mutant } = lost;
    return { verdicts: [{ mutant, isKilled: true, by: 'the watchdog', reason }], again: [] };
  }
  const others = batch.filter((job) => job !== lost);
  const outcome = afterBatch(others, verdicts, false);
  return { ...outcome, again: [...outcome.again, [lost]] };
}
