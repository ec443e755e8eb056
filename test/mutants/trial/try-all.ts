/** Tries mutants with their catchers, several at a time. */
import { isTest, type Mutant } from '../mutant.ts';
import type { Finding, Trial } from './trial.ts';

export interface TryAllOptions {
  readonly jobCount: number;
  /** Whether the simulation leaves out the mutants that a named test has noticed. */
  readonly huntsUnnoticedOnly: boolean;
  readonly tryOut: (trial: Trial) => Promise<Finding>;
  /** Called with each finding as it is made. */
  readonly onFinding: (finding: Finding) => void;
}

/** Begins the trials in their order, and resolves with what they found. */
export async function tryAll(
  trials: readonly Trial[],
  { jobCount, huntsUnnoticedOnly, tryOut, onFinding }: TryAllOptions,
): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  const queue = [...trials];
  const isNoticed = (mutant: Mutant) =>
    findings.some((finding) => finding.mutant === mutant && finding.isCaught);
  const isDone = ({ mutant, catcher }: Trial) =>
    huntsUnnoticedOnly && !isTest(catcher) && isNoticed(mutant);
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
