/** The verdict on a history: the findings of all checkers. */
import type { HistoryEvent } from '../../history/event.ts';
import { checkHistory } from '../../linearizability/checker.ts';
import { audit, type FinalAnswers } from './audit.ts';

/** An unknown verdict counts as a finding: such a history proves nothing. */
export function judge(events: readonly HistoryEvent[], finalAnswers: FinalAnswers): string[] {
  const verdict = checkHistory(events);
  const unlawful =
    verdict.name === 'linearizable' ? [] : [`${verdict.name}: ${verdict.explanation}`];
  return [...audit(events, finalAnswers), ...unlawful];
}
