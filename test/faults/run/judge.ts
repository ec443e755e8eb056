/** The verdict on a history: everything found wrong by every judge there is. */
import type { HistoryEvent } from '../../history/event.ts';
import { audit, type LastWords } from './audit.ts';

export function judge(events: readonly HistoryEvent[], lastWords: LastWords): string[] {
  return audit(events, lastWords);
}
