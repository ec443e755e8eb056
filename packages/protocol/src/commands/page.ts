/** What the replies to commands about ranges have in common: such a command may end before its range does. */
import { z } from 'zod';
import { keyField } from '../fields.ts';
import { type Bytes, toBytes } from '../rows.ts';

/** The part of a reply that says where the next command has to continue. */
export interface Continuation {
  /**
   * The bound for the next command: its `from`, or its `to` if the order is reversed. `undefined`: the whole range was
   * done.
   */
  readonly next: Bytes | undefined;
}

export function nextToRow({ next }: Continuation): Bytes | null {
  return next ?? null;
}

/** @throws TypeError */
export function nextFromRow(field: unknown): Bytes | undefined {
  return field === null ? undefined : toBytes(field);
}

export function nextToJson({ next }: Continuation): string | null {
  return next === undefined ? null : String(keyField.toJson(next));
}

export const nextSchema = z
  .union([keyField.json, z.null()])
  .transform((next) => (next === null ? undefined : next));
