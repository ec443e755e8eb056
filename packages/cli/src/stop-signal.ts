/** Requests to end a long-running command: Ctrl-C, SIGTERM, or the end of the parent process. */
import { constants } from 'node:os';

const reasons = ['SIGINT', 'SIGTERM', 'disconnect'] as const;
export type StopReason = (typeof reasons)[number];

/** The part of `process` that is needed to receive requests. */
export interface SignalSource {
  on(event: StopReason, listener: () => void): unknown;
  off(event: StopReason, listener: () => void): unknown;
  exit(code: number): void;
  readonly channel?: { unref(): void } | null | undefined;
}

export interface StopSignal {
  /** Resolves on the first request. */
  readonly requested: Promise<StopReason>;
  /** Stops listening. */
  close(): void;
}

/** npm forwards a signal that the terminal has already sent to the child: both count as one request. */
const duplicateMsMax = 500;

/** Listens until closed. A second request ends the process at once. */
export function listenForStop(source: SignalSource = process): StopSignal {
  const listeners = new Map<StopReason, () => void>();
  const requested = new Promise<StopReason>((resolve) => {
    let first: { reason: StopReason; atMs: number } | undefined;
    const onRequest = (reason: StopReason): void => {
      const atMs = performance.now();
      if (first === undefined) {
        first = { reason, atMs };
        resolve(reason);
        return;
      }
      const isDuplicate = first.reason === reason && atMs - first.atMs < duplicateMsMax;
      if (reason !== 'disconnect' && !isDuplicate) source.exit(128 + constants.signals[reason]);
    };
    for (const reason of reasons) listeners.set(reason, () => onRequest(reason));
  });
  for (const [reason, listener] of listeners) source.on(reason, listener);
  // Listening for the parent must not keep this process alive.
  source.channel?.unref();
  return {
    requested,
    close: () => {
      for (const [reason, listener] of listeners) source.off(reason, listener);
    },
  };
}
