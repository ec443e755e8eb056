/**
 * Checks a history: is there, for each key, one order of its operations that respects real time and
 * explains every answer? A store is linearizable if each of its keys is (Herlihy and Wing, 1990, theorem
 * 1), so keys are checked one by one.
 */
import type { HistoryEvent } from '../history/event.ts';
import type { Operation } from '../history/operation.ts';
import { toOperations } from '../history/pairing.ts';
import { explainRevisions, explainUnknown, explainViolation } from './explanation.ts';
import { findRevisionProblem } from './revisions.ts';
import { type Budget, findOrder, type Search } from './search.ts';

export type Verdict =
  | {
      readonly name: 'linearizable';
      readonly operationCount: number;
      readonly keyCount: number;
      readonly stepCount: number;
    }
  /** `explanation`: lines for people, with the operations around the point where no order exists. */
  | { readonly name: 'violated'; readonly key: string; readonly explanation: string }
  /** The budget was spent on this key. Counts as failed: such a history proves nothing. */
  | { readonly name: 'unknown'; readonly key: string; readonly explanation: string };

/** Search budget per key. A key whose answers have revisions needs far less; memory stays below 512 MiB. */
export const budgetDefault: Budget = { stepCountMax: 1_000_000 };

/** Each key gets so many steps first: a violation of one is often found before another takes all its steps. */
const hurriedStepCountMax = 20_000;

/** @throws HistoryError if the events are not a valid history */
export function checkHistory(
  events: readonly HistoryEvent[],
  budget: Budget = budgetDefault,
): Verdict {
  return checkOperations(toOperations(events), budget);
}

/** The same for operations, in any order. */
export function checkOperations(
  operations: readonly Operation[],
  budget: Budget = budgetDefault,
): Verdict {
  const problem = findRevisionProblem(operations);
  if (problem !== undefined) return { name: 'violated', ...explainRevisions(problem) };
  const byKey = groupByKey(operations);
  let stepCount = 0;
  let undecided: Undecided[] = [...byKey].map(([key, ofKey]) => ({ key, ofKey }));
  const hurried = { stepCountMax: Math.min(budget.stepCountMax, hurriedStepCountMax) };
  for (const { stepCountMax } of [hurried, budget]) {
    const left: Undecided[] = [];
    for (const { key, ofKey } of undecided) {
      const search = findOrder(ofKey, { stepCountMax });
      stepCount += search.stepCount;
      if (search.verdict === 'violated') {
        return { name: 'violated', key, explanation: explainViolation(ofKey) };
      }
      if (search.verdict === 'unknown') left.push({ key, ofKey, search });
    }
    undecided = left;
  }
  const [first] = undecided;
  if (first?.search !== undefined) {
    const explanation = explainUnknown(first.ofKey, first.search);
    return { name: 'unknown', key: first.key, explanation };
  }
  const { size: keyCount } = byKey;
  const { length: operationCount } = operations;
  return { name: 'linearizable', operationCount, keyCount, stepCount };
}

/** A key and its operations, and the search that ended without a verdict. */
interface Undecided {
  readonly key: string;
  readonly ofKey: readonly Operation[];
  readonly search?: Search;
}

/**
 * Assertion for tests.
 *
 * @throws Error with the explanation if the history is violated, or the verdict unknown
 */
export function assertLinearizable(events: readonly HistoryEvent[]): void {
  const verdict = checkHistory(events);
  if (verdict.name !== 'linearizable') throw new Error(`${verdict.name}: ${verdict.explanation}`);
}

function groupByKey(operations: readonly Operation[]): Map<string, Operation[]> {
  const byKey = new Map<string, Operation[]>();
  for (const operation of operations) {
    const ofKey = byKey.get(operation.key) ?? [];
    ofKey.push(operation);
    byKey.set(operation.key, ofKey);
  }
  return byKey;
}
