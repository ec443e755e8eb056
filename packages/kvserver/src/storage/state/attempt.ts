/** Calls the state database, and converts its errors. */
import { StateError } from '../../state-machine/state-error.ts';

/**
 * @throws StateError `STATE_DAMAGED` if the database or one of its tables is damaged; `STATE_FAILED` for any other
 *   error of `action`.
 */
export async function attempt<T>(what: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (cause) {
    const code = isCorruption(cause) ? 'STATE_DAMAGED' : 'STATE_FAILED';
    throw new StateError(code, `The state database could not ${what}.`, cause);
  }
}

/** `abstract-level` wraps some errors of the database. */
function isCorruption(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = 'code' in error ? error.code : undefined;
  const isDamage = code === 'LEVEL_CORRUPTION' || code === 'DISK_STATE_DAMAGED';
  return isDamage || isCorruption(error.cause);
}
