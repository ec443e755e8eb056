import { HistoryError } from '../json-lines.ts';

/**
 * Whether the message of an error is enough for the user: a file that is missing, unwritable or no
 * history.
 */
export function isTrouble(error: unknown): error is Error {
  return error instanceof HistoryError || (error instanceof Error && 'code' in error);
}
