/**
 * Reads from LevelDB's manifest which files make up a database: its tables with their sizes and keys, and where
 * its write-ahead log begins. Other tables may be left over, incomplete, from a process that ended early. LevelDB
 * removes them when it opens the database, so they do not count as damage.
 *
 * ```text
 *   CURRENT = the name of the manifest
 *   manifest = a log of edits, see leveldb-log.ts; edit = a tag and its fields, repeated
 * ```
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { hasCode } from '../disk-error.ts';
import { scanLog, writesIn } from './leveldb-log.ts';
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
const tags = { log: 2, lastSequence: 4, gone: 6, new: 7 } as const;

/** LevelDB adds a sequence and a type to each key. */
const keySuffixBytes = 8;

/** A table as the manifest describes it. */
export interface Table {
  readonly number: number;
  /** Tables of level 0 may overlap; those of any other level do not. */
  readonly level: number;
  /** The size of its file in bytes. */
  readonly size: number;
  readonly smallest: Buffer;
  readonly largest: Buffer;
}

/** The content of a manifest. */
export interface Version {
  readonly tables: ReadonlyMap<number, Table>;
  /** Logs below this number are in tables. */
  readonly logNumber: number;
  /** Every write up to this sequence is in the tables, or in the log that `logNumber` names, or in a later one. */
  readonly lastSequence: number;
}

/**
 * `undefined` if the database has no `CURRENT`.
 *
 * @throws RangeError if the manifest is damaged. A torn last edit does not count as damage.
 */
export async function readVersion(directory: string): Promise<Version | undefined> {
  const current = await readIfPresent(join(directory, 'CURRENT'));
  if (current === undefined) return undefined;
  const name = current.toString('latin1').trimEnd();
  if (!/^MANIFEST-\d+$/.test(name)) throw new RangeError('CURRENT names no manifest');
  const manifest = await readIfPresent(join(directory, name));
  if (manifest === undefined) throw new RangeError(`${name} is missing`);
  return versionIn(manifest);
}

/** @throws RangeError if an edit is damaged and another one follows it, or if one cannot be decoded. */
export function versionIn(manifest: Buffer): Version {
  const { badOffset, hasGap } = scanLog(manifest);
  if (hasGap) throw new RangeError(`the manifest is damaged from byte ${badOffset} on`);
  const tables = new Map<number, Table>();
  let [logNumber, lastSequence] = [0, 0];
  for (const edit of writesIn(manifest)) {
    for (const { tag, numbers, keys } of changesIn(edit)) {
      const [first = 0, number = 0, size = 0] = numbers;
      if (tag === tags.log) logNumber = first;
      if (tag === tags.lastSequence) lastSequence = first;
      if (tag === tags.new) tables.set(number, { level: first, number, size, ...rangeOf(keys) });
      if (tag === tags.gone) tables.delete(number);
    }
  }
  return { tables, logNumber, lastSequence };
}

interface Change {
  readonly tag: number;
  readonly numbers: readonly number[];
  readonly keys: readonly Buffer[];
}

function* changesIn(edit: Buffer): Generator<Change> {
  for (let at = 0; at < edit.length; ) {
    const { value: tag, next } = readVarint(edit, at);
    const fields = fieldsByTag.get(tag);
    if (fields === undefined) throw new RangeError(`an edit has the unknown tag ${tag}`);
    const numbers: number[] = [];
    const keys: Buffer[] = [];
    at = next;
    for (const field of fields) {
      const { value, next: behind } = readVarint(edit, at);
      at = field === 'number' ? behind : behind + value;
      if (field === 'number') numbers.push(value);
      else keys.push(edit.subarray(behind, at));
    }
    yield { tag, numbers, keys };
  }
}

function rangeOf([smallest, largest]: readonly Buffer[]): Pick<Table, 'smallest' | 'largest'> {
  return { smallest: userKey(smallest), largest: userKey(largest) };
}

/** A copy, so that it does not keep the whole manifest in memory. */
function userKey(key: Buffer = Buffer.alloc(0)): Buffer {
  return Buffer.from(key.subarray(0, Math.max(0, key.length - keySuffixBytes)));
}

async function readIfPresent(path: string): Promise<Buffer | undefined> {
  try {
    return await readFile(path);
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}
