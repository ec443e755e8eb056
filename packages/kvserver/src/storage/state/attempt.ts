/** Calls to the database under the state, with what they throw told apart. */
import { StateError } from '../../state-machine/state-error.ts';

/**
 * @throws StateError `STATE_DAMAGED` if the database itself found that what it reads is not what it
 *   wrote; `STATE_FAILED` for anything else that `action` throws.
 */
export async function attempt<T>(what: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (cause) {
    const code = isCorruption(cause) ? 'STATE_DAMAGED' : 'STATE_FAILED';
    throw new StateError(code, `The state database could not ${what}.`, cause);
  }
}

/** `abstract-level` wraps some of what the database says. */
function isCorruption(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return ('code' in error && error.code === 'LEVEL_CORRUPTION') || isCorruption(error.cause);
}
