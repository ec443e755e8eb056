/**
 * Reads which tables belong to a LevelDB database. Other tables may be left over, incomplete, from a process
 * that ended early. LevelDB removes them when it opens the database, so they do not count as damage.
 *
 * ```text
 *   CURRENT = the name of the manifest
 *   manifest = a log of edits, see write-ahead-log.ts; edit = a tag and its fields, repeated
 * ```
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writesIn } from './leveldb-log.ts';
import { readVarint } from './varint.ts';

type Field = 'number' | 'bytes';

/** Fields of an edit by its tag. Every number is a varint; bytes follow their length. */
const fieldsByTag: ReadonlyMap<number, readonly Field[]> = new Map<number, Field[]>([
  [1, ['bytes']], // comparator
  [2, ['number']], // log
  [3, ['number']], // next file
  [4, ['number']], // last sequence
  [5, ['number', 'bytes']], // where to go on with compacting
  [6, ['number', 'number']], // a table is gone: level, number
  [7, ['number', 'number', 'number', 'bytes', 'bytes']], // a table is new: level, number, size, keys
  [9, ['number']], // previous log
]);
const goneTag = 6;
const newTag = 7;

/**
 * The numbers of the tables in use, as far as the manifest can be read.
 *
 * Safety: tables named after a damaged part of the manifest are missing from the result, but LevelDB refuses
 * to open a database whose manifest is damaged or missing.
 */
export async function tablesInUse(directory: string): Promise<ReadonlySet<number>> {
  try {
    const name = await readFile(join(directory, 'CURRENT'), 'utf8');
    return tablesIn(await readFile(join(directory, name.trimEnd())));
  } catch {
    return new Set();
  }
}

/** @throws RangeError if an edit cannot be decoded. */
export function tablesIn(manifest: Buffer): ReadonlySet<number> {
  const tables = new Set<number>();
  for (const edit of writesIn(manifest)) {
    for (const { tag, numbers } of changesIn(edit)) {
      const [, table = 0] = numbers;
      if (tag === newTag) tables.add(table);
      if (tag === goneTag) tables.delete(table);
    }
  }
  return tables;
}

function* changesIn(edit: Buffer): Generator<{ tag: number; numbers: number[] }> {
  for (let at = 0; at < edit.length; ) {
    const { value: tag, next } = readVarint(edit, at);
    const fields = fieldsByTag.get(tag);
    if (fields === undefined) throw new RangeError(`an edit has the unknown tag ${tag}`);
    const numbers: number[] = [];
    at = next;
    for (const field of fields) {
      const { value, next: behind } = readVarint(edit, at);
      at = field === 'number' ? behind : behind + value;
      if (field === 'number') numbers.push(value);
    }
    yield { tag, numbers };
  }
}
