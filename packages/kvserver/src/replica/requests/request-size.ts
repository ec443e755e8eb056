/** What a request counts while it is pending, and in the batch that it becomes part of. */
import {
  type Command,
  type Comparison,
  comparisonsOf,
  type KeyRange,
  operationsOf,
  type Request,
  valueBytesMax,
} from '@paxkv/protocol';

/** Bytes that a request, or a part of a transaction, counts in addition to its key and value. */
const overheadBytes = 64;
/**
 * What a get counts whose reply every server makes as it applies the log. Only hostile clients put a get into the log
 * by itself, so it counts the longest value, and a batch has one of them.
 */
const loggedGetBytes = valueBytesMax;
/** The same in a transaction: more than most values have. The store bounds what all of a batch may read. */
const transactionGetBytes = 4096;

/** What a deleteRange or a revokeLease counts: it may change so much that a batch has one of them. */
const rangeRemovalBytes = valueBytesMax;

/** Bytes that a request counts. */
export function bytesOf({ command, stamp }: Request): number {
  switch (command.type) {
    case 'openSession':
      return overheadBytes + command.client.length;
    case 'grantLease':
    case 'renewLease':
      return overheadBytes;
    case 'revokeLease':
      return overheadBytes + rangeRemovalBytes;
    case 'scan':
    case 'count':
    case 'changes':
      return overheadBytes + bytesOfRange(command);
    case 'deleteRange':
      return overheadBytes + bytesOfRange(command) + rangeRemovalBytes;
    case 'transact':
      return bytesOfParts([...comparisonsOf(command), ...operationsOf(command)]);
    case 'get':
      return overheadBytes + command.key.length + (stamp === undefined ? 0 : loggedGetBytes);
    default:
      return overheadBytes + bytesOfPart(command);
  }
}

/** How many requests of a batch it stands for: each may need an entry in memory when it is applied. */
export function partCountOf({ command }: Request): number {
  if (command.type !== 'transact') return 1;
  let count = 0;
  for (const _ of comparisonsOf(command)) count += 1;
  for (const _ of operationsOf(command)) count += 1;
  return Math.max(1, count);
}

function bytesOfRange({ prefix, from, to }: KeyRange): number {
  return prefix.length + from.length + to.length;
}

type Part = Exclude<Command, KeyRange | { type: 'openSession' | 'transact' }> | Comparison;

function bytesOfParts(parts: readonly Part[]): number {
  let bytes = overheadBytes;
  for (const part of parts) {
    const isGet = 'type' in part && part.type === 'get';
    bytes += overheadBytes + bytesOfPart(part) + (isGet ? transactionGetBytes : 0);
  }
  return bytes;
}

function bytesOfPart(part: Part): number {
  const keyBytes = 'key' in part ? part.key.length : 0;
  const valueBytes = 'value' in part ? part.value.length : 0;
  const constantBytes = 'to' in part && part.of === 'value' ? part.to.length : 0;
  return keyBytes + valueBytes + constantBytes;
}
