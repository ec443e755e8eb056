/** Logs messages of other nodes that were dropped, without letting one that keeps sending them fill the log. */
import type { Logger } from 'pino';
import { LineLimit } from './line-limit.ts';

const lineLimit = { countMax: 3, intervalMs: 60_000 };

/** Takes the node and the reason of each dropped message. `nowMs` never goes back. */
export function refusalLog(
  logger: Pick<Logger, 'warn'>,
  nowMs: () => number,
): (node: number, reason: string) => void {
  const limit = new LineLimit(lineLimit);
  return (node, reason) => {
    const omitted = limit.take(`${node}`, nowMs());
    if (omitted !== undefined) logger.warn({ node, reason, omitted }, 'message of a node refused');
  };
}
