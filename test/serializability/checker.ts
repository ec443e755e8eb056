/**
 * Checks histories over several keys for strict serializability: is there one order of all transactions that
 * respects real time and explains every answer? Keys are judged together, since a transaction joins them. Where
 * answers tell the order of changes by revisions, this order is the witness; otherwise it is searched for.
 *
 * All writers of the store must be in the history, and the store must be empty at its start.
 */
import { judgeByRevisions } from './revision-order.ts';
import { searchOrder } from './search.ts';
import type { Transaction } from './transaction.ts';

export type Verdict =
  /** `by`: what showed the order. */
  | { readonly name: 'serializable'; readonly by: 'revisions' | 'search' }
  | { readonly name: 'violated'; readonly explanation: string }
  /** The budget was spent. Counts as failed: such a history proves nothing. */
  | { readonly name: 'unknown'; readonly explanation: string };

const budgetDefault = { stepCountMax: 1_000_000 };

/** Transactions that certainly failed must be left out. */
export function checkTransactions(
  transactions: readonly Transaction[],
  budget: { readonly stepCountMax: number } = budgetDefault,
): Verdict {
  const finding = judgeByRevisions(transactions);
  if (finding?.name === 'violated') return finding;
  if (finding !== undefined) return { name: 'serializable', by: 'revisions' };
  const verdict = searchOrder(transactions, budget);
  const { length: count } = transactions;
  switch (verdict) {
    case 'serializable':
      return { name: verdict, by: 'search' };
    case 'violated':
      return {
        name: verdict,
        explanation: `no order of ${count} transactions explains the answers`,
      };
    case 'unknown':
      return { name: verdict, explanation: `no verdict after ${budget.stepCountMax} steps` };
  }
}
