/**
 * Finds writes that are missing between LevelDB's tables and its write-ahead logs, or between two logs. LevelDB
 * numbers all changes in one sequence and does not look for missing ones, so it would use an old copy of a manifest,
 * or do without a log, in silence.
 *
 * ```text
 *   write = the sequence of its first change (8) │ number of changes (4) │ changes; little-endian
 * ```
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { numberOf, writesIn } from './leveldb-log.ts';
import type { Version } from './manifest.ts';

const headBytes = 12;
const countOffset = 8;

/** The place where the sequence continues although something before it is missing. */
export interface MissingWrites {
  readonly file: string;
  /** The first change that is missing. */
  readonly sequence: number;
}

/** `logs`: the names of all logs in the directory. */
export async function findMissingWrites(
  directory: string,
  logs: readonly string[],
  { logNumber, lastSequence }: Pick<Version, 'logNumber' | 'lastSequence'>,
): Promise<MissingWrites | undefined> {
  const inUse = logs.filter((log) => numberOf(log) >= logNumber);
  let expected: SequenceEnd = { sequence: lastSequence + 1, isExact: false };
  for (const file of inUse.toSorted((a, b) => numberOf(a) - numberOf(b))) {
    const end = follow(expected, await readFile(join(directory, file)));
    if ('missing' in end) return { file, sequence: end.missing };
    expected = end;
  }
  return undefined;
}

/** What the next write must begin with: exactly this sequence, or this one or a lower one. */
export interface SequenceEnd {
  readonly sequence: number;
  readonly isExact: boolean;
}

/** What follows the writes of a log, or the first sequence that is missing in it. */
export function follow(before: SequenceEnd, log: Buffer): SequenceEnd | { missing: number } {
  let { sequence, isExact } = before;
  for (const write of writesIn(log)) {
    if (write.length < headBytes) return { missing: sequence };
    const first = Number(write.readBigUInt64LE(0));
    // The tables may include writes that are in the first log as well.
    if (isExact ? first !== sequence : first > sequence) return { missing: sequence };
    sequence = first + write.readUInt32LE(countOffset);
    isExact = true;
  }
  return { sequence, isExact };
}
