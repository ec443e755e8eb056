/**
 * Reads which tables belong to a LevelDB database. Others may lie beside them, half written when the
 * process ended: LevelDB removes those as it opens, and what they lack is no damage.
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

/** Fields of an edit by its tag. Every number is a varint; bytes are preceded by how many they are. */
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
 * Safety: what stands behind a damaged part of it is missing here, but LevelDB refuses such a manifest,
 * and a database without one.
 */
export async function tablesInUse(directory: string): Promise<ReadonlySet<number>> {
  try {
    const name = await readFile(join(directory, 'CURRENT'), 'utf8');
    return tablesIn(await readFile(join(directory, name.trimEnd())));
  } catch {
    return new Set();
  }
}

/** @throws RangeError if an edit makes no sense */
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
