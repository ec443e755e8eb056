/**
 * Reduces a violated history to a minimal part that is still violated, for readable reports: its events up
 * to the first answer without an explanation, and only those gets that matter.
 */
import type { Operation } from '../history/operation.ts';
import { type Budget, findOrder } from './search.ts';

const budgetDefault: Budget = { stepCountMax: 1_000_000 };
/** For the longest order of the part, which only illustrates the report. */
const orderBudget: Budget = { stepCountMax: 20_000 };

export interface Violation {
  /** The operation whose answer makes the order impossible. Absent if not found. */
  readonly culprit: Operation | undefined;
  /** The part, ordered by calls. Later answers are left out, as if the operations were still open. */
  readonly operations: readonly Operation[];
  /** The longest order found in it, which cannot be continued. */
  readonly order: readonly Operation[];
}

/**
 * `operations` are those of one key, and violated. When the total budget is spent, the part is not reduced
 * further.
 */
export function toShortestViolation(
  operations: readonly Operation[],
  budget: Budget = budgetDefault,
): Violation {
  const looks = new Looks(budget);
  const ends = operations
    .map(endOf)
    .filter(Number.isFinite)
    .sort((a, b) => a - b);
  let [low, high] = [0, ends.length - 1];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (looks.areViolated(cut(operations, ends[middle] ?? 0))) high = middle;
    else low = middle + 1;
  }
  const until = ends[high] ?? Number.POSITIVE_INFINITY;
  const last = operations.find((operation) => endOf(operation) === until);
  const culprit = looks.wereCertain ? last : undefined;
  const part = withoutIdleGets(cut(operations, until), { until, looks });
  const { order } = findOrder(part, orderBudget, { hasForesight: false });
  return { culprit, operations: part, order };
}

/** Checks parts until its budget is spent. */
class Looks {
  #stepsLeft: number;
  #wereCertain = true;

  constructor({ stepCountMax }: Budget) {
    this.#stepsLeft = stepCountMax;
  }

  /** Whether every part so far got a verdict. */
  get wereCertain(): boolean {
    return this.#wereCertain;
  }

  areViolated(operations: readonly Operation[]): boolean {
    const { verdict, stepCount } = findOrder(operations, { stepCountMax: this.#stepsLeft });
    this.#stepsLeft -= stepCount;
    this.#wereCertain &&= verdict !== 'unknown';
    return verdict === 'violated';
  }
}

/** The history as it was known just after the event at position `until`. */
function cut(operations: readonly Operation[], until: number): Operation[] {
  return operations
    .filter(({ position }) => position < until)
    .map((operation) =>
      operation.fate.name === 'ok' && operation.fate.position > until
        ? { ...operation, fate: { name: 'open' } }
        : operation,
    );
}

/** Removing a get never creates a violation, so a part that stays violated shows the original one. */
function withoutIdleGets(
  operations: readonly Operation[],
  { until, looks }: { until: number; looks: Looks },
): Operation[] {
  let kept = operations.toSorted((a, b) => a.position - b.position);
  const gets = () => kept.filter((one) => one.name === 'get' && endOf(one) !== until);
  for (let size = gets().length; size >= 1 && looks.wereCertain; size = Math.floor(size / 2)) {
    for (let start = 0; start < gets().length && looks.wereCertain; ) {
      const dropped = new Set(gets().slice(start, start + size));
      const fewer = kept.filter((operation) => !dropped.has(operation));
      if (looks.areViolated(fewer)) kept = fewer;
      else start += size;
    }
  }
  return kept;
}

function endOf({ fate }: Operation): number {
  return fate.name === 'ok' ? fate.position : Number.POSITIVE_INFINITY;
}
