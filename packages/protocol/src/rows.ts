/**
 * Rows of plain fields as bytes, and back. What comes back is foreign until a `to…` function here has
 * looked at it; each throws `TypeError` for anything but what it names.
 */
import { Packr } from 'msgpackr';

/** Keys and values are any bytes. */
export type Bytes = Uint8Array;

/** The fields of a row. */
export type Row = readonly unknown[];

// Shared structures would make bytes depend on what was packed before them.
const packr = new Packr({ useRecords: false, moreTypes: false });

/** The same bytes for the same fields, on every replica. To keep them, copy them: they lie in a larger buffer. */
export function pack(row: Row): Uint8Array {
  return packr.pack(row);
}

/** Byte fields of the row are views into `bytes`. */
export function unpack(bytes: Uint8Array): Row {
  return toRow(packr.unpack(bytes));
}

/** The field as a row. @throws TypeError */
export function toRow(field: unknown): Row {
  if (Array.isArray(field)) return field;
  throw new TypeError('Not a row.');
}

/** A whole number from `min` that a double holds exactly. */
export function toCount(field: unknown, min = 0): number {
  if (typeof field === 'number' && Number.isSafeInteger(field) && field >= min) return field;
  throw new TypeError(`Not a count from ${min}.`);
}

/** The field as bytes. @throws TypeError */
export function toBytes(field: unknown): Bytes {
  if (field instanceof Uint8Array) return field;
  throw new TypeError('Not bytes.');
}

/** The field as text. @throws TypeError */
export function toText(field: unknown): string {
  if (typeof field === 'string') return field;
  throw new TypeError('Not a text.');
}

/** The field as a boolean. @throws TypeError */
export function toFlag(field: unknown): boolean {
  if (typeof field === 'boolean') return field;
  throw new TypeError('Not a flag.');
}
