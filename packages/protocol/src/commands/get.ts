/** `get`: what a key holds. */
import { z } from 'zod';
import { countField, keyField, valueField } from '../fields.ts';
import { type Bytes, type Row, toBytes, toCount } from '../rows.ts';
import type { CommandSpec, JsonCodec } from './spec.ts';

/** Reads a key. */
export interface GetCommand {
  readonly type: 'get';
  readonly key: Bytes;
}

/** Where the value of a key stands in the history of the store. */
export interface Versions {
  /** Revision at which the key came to be, counted anew after a delete. */
  readonly createRevision: number;
  /** Revision at which the value was last written. */
  readonly modRevision: number;
  /** How often the key was written since it came to be, from 1. */
  readonly version: number;
}

/** What the store knows of a present key. */
export interface Entry extends Versions {
  readonly value: Bytes;
}

/** The reply to a get. */
export interface GetReply {
  readonly type: 'get';
  /** `undefined`: the key is absent. */
  readonly entry: Entry | undefined;
}

/**
 * What a get may answer. `linearizable`: nothing older than any answer given anywhere before it was
 * asked. `serializable`: what the server asked holds at this moment, which may be old; it costs no
 * message and is there without a majority.
 */
export type Consistency = 'linearizable' | 'serializable';

/** A get that may be `serializable`. On a stream only: in the log every get has the tag of a get. */
export const serializableGetTag = 5;

const tag = 0;

const json: JsonCodec<GetReply> = {
  toJson: ({ entry }) => {
    if (entry === undefined) return { found: false };
    const { createRevision, modRevision, version } = entry;
    return {
      found: true,
      value: valueField.toJson(entry.value),
      createRevision,
      modRevision,
      version,
    };
  },
  schema: z.union([
    z
      .object({ found: z.literal(false) })
      .transform(() => ({ type: 'get', entry: undefined }) as const),
    z
      .object({
        found: z.literal(true),
        value: valueField.json,
        createRevision: countField.json,
        modRevision: countField.json,
        version: countField.json,
      })
      .transform(({ found: _found, ...entry }) => ({ type: 'get', entry }) as const),
  ]),
};

export const get = {
  type: 'get',
  tag,
  access: 'read',
  outcomeIfLost: 'not done',
  path: '/v1/get',
  fields: { key: keyField },
  toRow: ({ key }) => [tag, key],
  fromRow: (row): GetCommand => ({ type: 'get', key: keyField.check(toBytes(row[1])) }),
  reply: {
    toRow: ({ entry }) => (entry === undefined ? [tag] : toEntryRow(entry)),
    fromRow: (row): GetReply => ({
      type: 'get',
      entry: row.length === 1 ? undefined : toEntry(row),
    }),
    json,
  },
} as const satisfies CommandSpec<GetCommand, GetReply>;

function toEntryRow({ createRevision, modRevision, version, value }: Entry): Row {
  return [tag, createRevision, modRevision, version, value];
}

function toEntry(row: Row): Entry {
  return {
    value: toBytes(row[4]),
    createRevision: toCount(row[1]),
    modRevision: toCount(row[2]),
    version: toCount(row[3]),
  };
}
