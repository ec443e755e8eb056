/** Hears of callers that end their wait, by one listener a signal: many requests may share one. */
import { Ring } from '@paxkv/client/ring';

type Callback = () => void;

const callbacksOf = new WeakMap<AbortSignal, Ring<Callback>>();

/** Calls back once `signal` fires. Gives the place by which to call it off. */
export function onAbandoned(signal: AbortSignal, callback: Callback): number {
  return (callbacksOf.get(signal) ?? listenTo(signal)).add(callback);
}

export function forgetAbandoned(signal: AbortSignal, place: number): void {
  callbacksOf.get(signal)?.delete(place);
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
