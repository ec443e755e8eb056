/** Listens for aborted requests with one listener for each signal, since many requests share one. */
import { Ring } from '@paxkv/client/ring';

type Callback = () => void;

const callbacksOf = new WeakMap<AbortSignal, Ring<Callback>>();

/** Calls back once `signal` fires. Returns the slot by which to remove the callback. */
export function onAbort(signal: AbortSignal, callback: Callback): number {
  return (callbacksOf.get(signal) ?? listenTo(signal)).add(callback);
}

export function removeAbortCallback(signal: AbortSignal, slot: number): void {
  callbacksOf.get(signal)?.delete(slot);
}

function listenTo(signal: AbortSignal): Ring<Callback> {
  const callbacks = new Ring<Callback>();
  callbacksOf.set(signal, callbacks);
  const callAll = () => {
    for (const [, callback] of callbacks) callback();
  };
  signal.addEventListener('abort', callAll, { once: true });
  return callbacks;
}
