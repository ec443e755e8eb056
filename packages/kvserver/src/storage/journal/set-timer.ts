/** The timer of a journal, which a simulation replaces. */

/** Calls back once, that much later, unless the function that it returns is called first. */
export type SetTimer = (delayMs: number, callback: () => void) => () => void;

/** Does not keep the process alive. */
export const systemTimer: SetTimer = (delayMs, callback) => {
  const timer = setTimeout(callback, delayMs).unref();
  return () => clearTimeout(timer);
};
