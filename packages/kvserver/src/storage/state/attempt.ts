/** Calls the state database, and converts its errors. */
import { StateError } from '../../state-machine/state-error.ts';

/**
 * @throws StateError `STATE_DAMAGED` if the database itself reports corruption; `STATE_FAILED` for any other
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
  return ('code' in error && error.code === 'LEVEL_CORRUPTION') || isCorruption(error.cause);
}
