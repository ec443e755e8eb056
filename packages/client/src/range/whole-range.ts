/** Does a command again until it has done the whole of a range. */
import { type CommandOf, type KeyRange, KvError, type ReplyOf } from '@paxkv/protocol';

/** The sum of all counts, each at the revision of the first one. */
export async function countAll(
  range: KeyRange,
  asOf: number | 'now',
  read: (command: CommandOf<'count'>) => Promise<ReplyOf<'count'>>,
): Promise<number> {
  let sum = 0;
  let revision = asOf;
  let left: KeyRange | undefined = range;
  while (left !== undefined) {
    const reply: ReplyOf<'count'> = await read({ type: 'count', ...left, asOf: revision });
    sum += reply.count;
    revision = reply.revision;
    left = reply.next && { ...left, from: reply.next };
  }
  return sum;
}

/** What `deleteRange` returns. */
export interface DeletedRange {
  /** The revision of the store after the last write. */
  readonly revision: number;
  /** How many keys were removed. */
  readonly deleted: number;
}

/** @throws KvError: `unknown` if a part of the range was deleted before another one failed. */
export async function deleteAll(
  range: KeyRange,
  write: (command: CommandOf<'deleteRange'>) => Promise<ReplyOf<'deleteRange'>>,
): Promise<DeletedRange> {
  let deleted = 0;
  for (let left = range; ; ) {
    const reply = await write({ type: 'deleteRange', ...left }).catch((error: unknown) => {
      throw deleted > 0 ? afterPart(error, deleted) : error;
    });
    deleted += reply.deleted;
    if (reply.next === undefined) return { revision: reply.revision, deleted };
    left = { ...left, from: reply.next };
  }
}

function afterPart(error: unknown, deleted: number): unknown {
  if (!(error instanceof KvError)) return error;
  const message = `${deleted} keys of the range were deleted before this: ${error.message}`;
  return new KvError(error.code, message, { cause: error, outcome: 'unknown' });
}
