/** Tries mutants with their catchers, several at a time. */
import type { Finding, Trial } from './trial.ts';

export interface TryAllOptions {
  readonly jobCount: number;
  /** Whether a mutant that was caught needs none of its other catchers. */
  readonly isOneEnough: boolean;
  readonly tryOut: (trial: Trial) => Promise<Finding>;
  /** Called with each finding as it is made. */
  readonly onFinding: (finding: Finding) => void;
}

/** Begins the trials in their order, and resolves with what they found. */
export async function tryAll(
  trials: readonly Trial[],
  { jobCount, isOneEnough, tryOut, onFinding }: TryAllOptions,
): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  const queue = [...trials];
  const isDone = ({ mutant }: Trial) =>
    isOneEnough && findings.some((finding) => finding.mutant === mutant && finding.isCaught);
  const work = async () => {
    for (let trial = queue.shift(); trial !== undefined; trial = queue.shift()) {
      if (isDone(trial)) continue;
      const finding = await tryOut(trial);
      onFinding(finding);
      findings.push(finding);
    }
  };
  await Promise.all(Array.from({ length: jobCount }, work));
  return findings;
}
