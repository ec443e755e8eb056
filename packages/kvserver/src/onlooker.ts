/**
 * Onlooker: a node that cannot open its data connects to the others all the same, to see how they are. It takes no
 * part: it answers nothing and sends nothing of its own.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Inbox, Transport } from '@paxkv/paxos';
import { OthersWatch } from './others-watch.ts';

const lookMs = 100;

export interface OnlookerOptions {
  /** Carries the messages of the others. It is opened, and closed at the end. */
  readonly transport: Pick<Transport<Uint8Array>, 'open' | 'close'>;
  /** A clock that never goes back, in milliseconds. */
  readonly now: () => number;
  /** The others must have this instance in their state, too. −1: any state will do. */
  readonly instance: number;
  readonly signal: AbortSignal;
  /** What is still awaited has changed. */
  readonly onAwaited: (awaited: Awaited) => void;
}

/** That the others form a quorum without this node, or that one of them has applied the instance. */
export type Awaited = 'quorum' | 'instance';

/** Resolves with whether the others have all that is awaited. False only if `signal` ends the wait. */
export async function awaitOthers(options: OnlookerOptions): Promise<boolean> {
  const { transport, now, instance, signal, onAwaited } = options;
  const watch = new OthersWatch();
  let awaited: Awaited | undefined;
  await transport.open(inboxOf(watch, now));
  try {
    while (!signal.aborted) {
      const before = awaited;
      awaited = watch.formQuorum(now()) ? 'instance' : 'quorum';
      if (awaited === 'instance' && watch.done >= instance) return true;
      if (awaited !== before) onAwaited(awaited);
      await sleep(lookMs, undefined, { signal }).catch(() => {});
    }
    return false;
  } finally {
    await transport.close();
  }
}

function inboxOf(watch: OthersWatch, now: () => number): Inbox<Uint8Array> {
  return {
    receive: (envelope) => watch.observe(envelope, now()),
    undeliverable: () => {},
    disconnected: () => {},
  };
}
