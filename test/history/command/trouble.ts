import { HistoryError } from '../json-lines.ts';

/** Whether an error says all there is to say: a file that is missing, unwritable or no history. */
export function isTrouble(error: unknown): error is Error {
  return error instanceof HistoryError || (error instanceof Error && 'code' in error);
}
