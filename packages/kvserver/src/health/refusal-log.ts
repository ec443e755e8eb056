/** Logs messages of peers that were dropped, without letting a server that keeps sending them fill the log. */
import type { Logger } from 'pino';
import { LineLimit } from './line-limit.ts';

export interface RefusalLogOptions {
  readonly logger: Pick<Logger, 'warn'>;
  /** A clock that never goes back. */
  readonly now: () => number;
  /** Counts each of them. Default: nothing does. */
  readonly onRefused?: ((node: number) => void) | undefined;
}

/** Takes one message that was dropped: its sender, and why. */
export function refusalLog(options: RefusalLogOptions): (node: number, reason: string) => void {
  const { logger, now, onRefused } = options;
  const limit = new LineLimit({ countMax: 3, intervalMs: 60_000 });
  return (node, reason) => {
    onRefused?.(node);
    const omitted = limit.take(`${node}`, now());
    if (omitted !== undefined) logger.warn({ node, reason, omitted }, 'message of a peer refused');
  };
}
