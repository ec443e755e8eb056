/** Whether one order of the transactions on several keys, in real time, explains every answer; checked after the run. */
import { checkTransactions } from '../../serializability/checker.ts';
import { withHiddenWrites } from '../../serializability/hidden-writes.ts';
import { withOwnRevisions } from '../../serializability/own-revisions.ts';
import type { Transaction } from '../../serializability/transaction.ts';
import type { Verdict } from '../verdict.ts';

/** The outcome "unknown" counts as a failure: such a history proves nothing. */
export function checkJointHistory(transactions: readonly Transaction[], verdict: Verdict): void {
  const placed = withHiddenWrites(transactions);
  if (placed === undefined) {
    verdict.fail('histories can be checked', 'no places for writes of unknown outcome were found');
    return;
  }
  const found = checkTransactions(withOwnRevisions(placed));
  if (found.name === 'violated') {
    verdict.fail('transactions are strictly serializable', found.explanation);
  }
  if (found.name === 'unknown') verdict.fail('histories can be checked', found.explanation);
}
