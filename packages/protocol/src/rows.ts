/**
 * Converts rows of plain fields to bytes and back. Decoded fields are untrusted until a `to…` function here has
 * checked them. Each throws `TypeError` for a field of another type.
 */
import { Packr } from 'msgpackr';
import { readRow } from './row-reader.ts';
import { packTight } from './tight-pack.ts';

/** Keys and values are byte strings. */
export type Bytes = Uint8Array;

/** The fields of a row. */
export type Row = readonly unknown[];

// Shared structures would make bytes depend on earlier calls.
const packr = new Packr({ useRecords: false, moreTypes: false });

/** Encodes a row. Equal rows give equal bytes on every replica. The result is a view: copy it to keep it. */
export function pack(row: Row): Uint8Array {
  return packTight(packr, row, row.reduce<number>(addBytes, 0));
}

function addBytes(sum: number, field: unknown): number {
  return field instanceof Uint8Array ? sum + field.length : sum;
}

/** Decodes a row, the same on every replica. Its byte fields are views into `bytes`. @throws TypeError */
export function unpack(bytes: Uint8Array): Row {
  return readRow(bytes);
}

/** The field as a row. @throws TypeError */
export function toRow(field: unknown): Row {
  if (Array.isArray(field)) return field;
  throw new TypeError('Expected a row.');
}

/** The field as a whole number from `min` to 2⁵³ − 1. @throws TypeError */
export function toCount(field: unknown, min = 0): number {
  if (typeof field === 'number' && Number.isSafeInteger(field) && field >= min) return field;
  throw new TypeError(`Expected a whole number from ${min}.`);
}

/** The field as bytes. @throws TypeError */
export function toBytes(field: unknown): Bytes {
  if (field instanceof Uint8Array) return field;
  throw new TypeError('Expected bytes.');
}

/** The field as text. @throws TypeError */
export function toText(field: unknown): string {
  if (typeof field === 'string') return field;
  throw new TypeError('Expected text.');
}

/** The field as a boolean. @throws TypeError */
export function toFlag(field: unknown): boolean {
  if (typeof field === 'boolean') return field;
  throw new TypeError('Expected a boolean.');
}
