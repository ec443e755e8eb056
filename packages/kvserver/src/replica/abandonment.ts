/** Hears of callers that end their wait, by one listener a signal: many requests may share one. */

type Callback = () => void;

const callbacksOf = new WeakMap<AbortSignal, Set<Callback>>();

/** Calls back once `signal` fires. */
export function onAbandoned(signal: AbortSignal, callback: Callback): void {
  const known = callbacksOf.get(signal);
  if (known !== undefined) {
    known.add(callback);
    return;
  }
  const callbacks = new Set([callback]);
  callbacksOf.set(signal, callbacks);
  const callAll = () => {
    for (const each of callbacks) each();
  };
  signal.addEventListener('abort', callAll, { once: true });
}

/** Calls it off. */
export function forgetAbandoned(signal: AbortSignal, callback: Callback): void {
  callbacksOf.get(signal)?.delete(callback);
}
