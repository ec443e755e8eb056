/** `get`: reads a key. */
import { z } from 'zod';
import { countField, keyField, valueField } from '../fields.ts';
import { type LeaseId, leaseField, toLeaseId } from '../lease.ts';
import { type Bytes, type Row, toBytes, toCount } from '../rows.ts';
import type { CommandSpec, JsonCodec } from './spec.ts';

/** Reads a key. */
export interface GetCommand {
  readonly type: 'get';
  readonly key: Bytes;
}

/** The revisions and the version of an entry, and its lease if it has one. */
export interface Versions {
  /** The revision of the write that created the key. A write after a delete creates it again. */
  readonly createRevision: number;
  /** The revision of the last write of the key. */
  readonly modRevision: number;
  /** The number of writes since the key was created, including that one. */
  readonly version: number;
  /** The lease at the end of which the key is deleted. Absent if it has none. */
  readonly lease?: LeaseId;
}

/** The value of a present key with its versions. */
export interface Entry extends Versions {
  readonly value: Bytes;
}

/** The reply to a get. */
export interface GetReply {
  readonly type: 'get';
  /** `undefined` if the key is absent. */
  readonly entry: Entry | undefined;
}

/**
 * The consistency of a get. `linearizable`: the reply reflects every write that was acknowledged before the
 * get was sent. `serializable`: the reply is the state of the server that receives the get, which may be
 * old; it needs no messages and no majority.
 */
export type Consistency = 'linearizable' | 'serializable';

/** The tag of a `serializable` get on a stream. In the log every get has the tag of `get`. */
export const serializableGetTag = 5;

const tag = 0;

const json: JsonCodec<GetReply> = {
  toJson: ({ entry }) => {
    if (entry === undefined) return { found: false };
    const { createRevision, modRevision, version, lease } = entry;
    return {
      found: true,
      value: valueField.toJson(entry.value),
      createRevision,
      modRevision,
      version,
      ...(lease !== undefined && { lease }),
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
        lease: leaseField.json.exactOptional(),
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

/** Clients of versions without leases ignore the last field. */
function toEntryRow({ createRevision, modRevision, version, value, lease }: Entry): Row {
  const row = [tag, createRevision, modRevision, version, value];
  return lease === undefined ? row : [...row, lease];
}

function toEntry(row: Row): Entry {
  return {
    value: toBytes(row[4]),
    createRevision: toCount(row[1]),
    modRevision: toCount(row[2]),
    version: toCount(row[3]),
    ...(row[5] !== undefined && { lease: toLeaseId(row[5]) }),
  };
}
