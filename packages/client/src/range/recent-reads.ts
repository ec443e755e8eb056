/**
 * Reads that need the changes since a revision, from any server, and from each if one no longer has them: every server
 * keeps its own recent changes.
 */
import {
  type CommandOf,
  KvError,
  type PageRead,
  type RangeRead,
  type ReplyOf,
  type Request,
} from '@paxkv/protocol';
import type { Calls } from '../calls.ts';
import type { GetOptions } from '../options.ts';
import type { ReplyTo } from '../request.ts';

/** The calls that such a read consists of. */
export type ReadCalls = Pick<Calls, 'read' | 'readAt' | 'endpoints'>;

/** @throws KvError `KV_COMPACTED` if no server that answers has the changes, and those of a read. */
export async function readRecent<C extends RangeRead>(
  calls: ReadCalls,
  command: C,
  options: GetOptions,
): Promise<ReplyTo<Request<C>>> {
  try {
    return await calls.read(command, options);
  } catch (error) {
    if (!isCompacted(error)) throw error;
    const { consistency: _any, ...limits } = options;
    for (const endpoint of calls.endpoints) {
      const reply = await calls.readAt(endpoint, command, limits).catch(toNothing);
      if (reply !== undefined) return reply;
    }
    throw error;
  }
}

/** Safety: a server that does not know `asOf` shows its present revision. @throws KvError `KV_FEATURE_OFF` */
export function shownAt<R extends ReplyOf<PageRead['type']>>(
  { asOf }: CommandOf<PageRead['type']>,
  reply: R,
): R {
  if (asOf === 'now' || asOf === reply.revision) return reply;
  throw new KvError('KV_FEATURE_OFF', 'This server reads no earlier revisions.');
}

function isCompacted(error: unknown): error is KvError {
  return error instanceof KvError && error.code === 'KV_COMPACTED';
}

/** A server without these changes, or without an answer, is passed over. */
function toNothing(error: unknown): undefined {
  if (!(error instanceof KvError)) throw error;
}
