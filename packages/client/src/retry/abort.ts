/** Hears of aborted signals by one listener each: Node warns of a leak where a signal has over ten. */

const callbacksOf = new WeakMap<AbortSignal, Set<() => void>>();

/** Calls back once `signal` fires. Gives back a way to call it off. */
export function onAbort(signal: AbortSignal, callback: () => void): () => void {
  const callbacks = callbacksOf.get(signal) ?? listenTo(signal);
  callbacks.add(callback);
  return () => callbacks.delete(callback);
}

function listenTo(signal: AbortSignal): Set<() => void> {
  const callbacks = new Set<() => void>();
  callbacksOf.set(signal, callbacks);
  const callAll = () => {
    for (const callback of callbacks) {
      callback();
    }
  };
  signal.addEventListener('abort', callAll, { once: true });
  return callbacks;
}
