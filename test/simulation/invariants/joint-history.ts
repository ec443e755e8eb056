/** Whether one order of the transactions on several keys, in real time, explains every answer; checked after the run. */
import { checkTransactions } from '../../serializability/checker.ts';
import { withOwnRevisions } from '../../serializability/own-revisions.ts';
import type { Transaction } from '../../serializability/transaction.ts';
import type { Verdict } from '../verdict.ts';

/** The outcome "unknown" counts as a failure: such a history proves nothing. */
export function checkJointHistory(transactions: readonly Transaction[], verdict: Verdict): void {
  const found = checkTransactions(withOwnRevisions(transactions));
  if (found.name === 'violated') {
    verdict.fail('transactions are strictly serializable', found.explanation);
  }
  if (found.name === 'unknown') verdict.fail('histories can be checked', found.explanation);
}
