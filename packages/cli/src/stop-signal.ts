/** How a long-running command is asked to end: Ctrl-C, SIGTERM, or the death of its parent. */
import { constants } from 'node:os';

export type StopReason = 'SIGINT' | 'SIGTERM' | 'disconnect';

/** What of `process` it takes to be asked. */
export interface Asked {
  on(event: StopReason, listener: () => void): unknown;
  exit(code: number): void;
  readonly channel?: { unref(): void } | null | undefined;
}

/** npm passes a signal on which the terminal gave to its child already: these two are one. */
const echoMsMax = 500;

/** Resolves when first asked to stop; asking again ends the process at once. */
export function whenAskedToStop(asked: Asked = process): Promise<StopReason> {
  return new Promise((resolve) => {
    let first: { reason: StopReason; at: number } | undefined;
    const onAsked = (reason: StopReason): void => {
      const at = performance.now();
      if (first === undefined) {
        first = { reason, at };
        resolve(reason);
        return;
      }
      const isEcho = first.reason === reason && at - first.at < echoMsMax;
      if (reason !== 'disconnect' && !isEcho) asked.exit(128 + constants.signals[reason]);
    };
    for (const reason of ['SIGINT', 'SIGTERM', 'disconnect'] as const) {
      asked.on(reason, () => onAsked(reason));
    }
    // To listen for the parent must not keep this process alive.
    asked.channel?.unref();
  });
}
