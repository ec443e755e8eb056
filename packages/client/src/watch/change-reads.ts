/** Reads changes from any server, and from each if one no longer has them: every server has its own recent changes. */
import { type CommandOf, KvError, type ReplyOf } from '@paxkv/protocol';
import type { Calls } from '../calls.ts';
import type { CallOptions } from '../options.ts';

/** @throws KvError `KV_COMPACTED` if no server that answers has the changes, and those of a read. */
export async function readChanges(
  calls: Pick<Calls, 'read' | 'readAt' | 'endpoints'>,
  command: CommandOf<'changes'>,
  options: CallOptions,
): Promise<ReplyOf<'changes'>> {
  try {
    return await calls.read(command, options);
  } catch (error) {
    if (!isCompacted(error)) throw error;
    for (const endpoint of calls.endpoints) {
      const reply = await calls.readAt(endpoint, command, options).catch(toNothing);
      if (reply !== undefined) return reply;
    }
    throw error;
  }
}

function isCompacted(error: unknown): error is KvError {
  return error instanceof KvError && error.code === 'KV_COMPACTED';
}

/** A server without these changes, or without an answer, is passed over. */
function toNothing(error: unknown): undefined {
  if (!(error instanceof KvError)) throw error;
}
