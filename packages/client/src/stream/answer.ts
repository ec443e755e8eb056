/** What an answer on a stream means. */
import { answerFromRow, isKvErrorCode, KvError, toRow } from '@paxkv/protocol';
import { ExchangeError } from '../environment.ts';
import type { Reply } from '../request.ts';

/** The reply in a row, or the server's error. @throws TypeError if it is neither. */
export function readRow(row: unknown, endpoint: string): Reply | KvError | ExchangeError {
  const answer = answerFromRow(toRow(row));
  if (answer.type !== 'error') return answer;
  const { code, outcome, message } = answer;
  if (isKvErrorCode(code)) return new KvError(code, `${endpoint}: ${message}`, { outcome });
  // A newer server sent it. What matters is what it says of the request.
  const sent = outcome === 'not done' ? 'no' : 'maybe';
  return new ExchangeError(sent, `${endpoint}: ${message} (${code})`);
}
