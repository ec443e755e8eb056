/** `scan`: reads the entries of a range in the order of their keys, one page at a time. */
import { z } from 'zod';
import { countField, flagField, keyField, type RequestField, valueField } from '../fields.ts';
import { type KeyRange, rangeFields, rangeFromRow, rangeToRow } from '../key-range.ts';
import { type Bytes, pack, type Row, toBytes, toCount, unpack } from '../rows.ts';
import type { Versions } from './get.ts';
import { type Continuation, nextFromRow, nextSchema, nextToJson, nextToRow } from './page.ts';
import { type RevisionOrNow, revisionField, revisionFromRow } from './revision.ts';
import type { CommandSpec, JsonCodec } from './spec.ts';

/** Reads the first entries of a range. */
export interface ScanCommand extends KeyRange {
  readonly type: 'scan';
  /** The most entries in the reply; from 1 to 1,000. A reply may have fewer before the end of the range. */
  readonly limit: number;
  /** Whether the highest key comes first. */
  readonly reverse: boolean;
  /** Whether values are left out. */
  readonly keysOnly: boolean;
  /** The revision that the reply shows. */
  readonly asOf: RevisionOrNow;
}

/** An entry with its key. Only a get shows the lease of an entry. */
export interface ScannedEntry extends Omit<Versions, 'lease'> {
  readonly key: Bytes;
  /** `undefined` if only keys were asked for. */
  readonly value: Bytes | undefined;
}

/** The reply to a scan. */
export interface ScanReply extends Continuation {
  readonly type: 'scan';
  /** The revision of the store that the reply shows. */
  readonly revision: number;
  readonly entries: readonly ScannedEntry[];
}

/** The most entries in one reply. */
export const scanLimitMax = 1000;

const limitField: RequestField<number> = {
  limits: { of: 'count', min: 1, max: scanLimitMax },
  json: z.int().prefault(scanLimitMax),
  toJson: (limit) => limit,
  check(limit) {
    if (limit >= 1 && limit <= scanLimitMax) return limit;
    throw new TypeError(`The limit of a scan is from 1 to ${scanLimitMax}.`);
  },
};

const optionField: RequestField<boolean> = {
  limits: { of: 'flag', min: 0, max: 1 },
  json: flagField.json.prefault(false),
  toJson: (option) => option,
  check: (option) => option,
};

const tag = 13;

const entrySchema = z.object({
  key: keyField.json,
  value: valueField.json.optional(),
  createRevision: countField.json,
  modRevision: countField.json,
  version: countField.json,
});

const json: JsonCodec<ScanReply> = {
  toJson: ({ revision, entries, next }) => ({
    revision,
    entries: entries.map(({ key, value, ...versions }) => ({
      key: keyField.toJson(key),
      ...(value !== undefined && { value: valueField.toJson(value) }),
      ...versions,
    })),
    next: nextToJson({ next }),
  }),
  schema: z
    .object({ revision: countField.json, entries: z.array(entrySchema), next: nextSchema })
    .transform(({ revision, entries, next }): ScanReply => {
      const read = entries.map(({ value, ...rest }) => ({ ...rest, value }));
      return { type: 'scan', revision, entries: read, next };
    }),
};

export const scan = {
  type: 'scan',
  tag,
  access: 'read',
  outcomeIfLost: 'not done',
  path: '/v1/scan',
  fields: {
    ...rangeFields,
    ...{ limit: limitField, reverse: optionField, keysOnly: optionField, asOf: revisionField },
  },
  // Requests on streams have no booleans.
  toRow: (command) => [
    tag,
    ...rangeToRow(command),
    command.limit,
    Number(command.reverse),
    Number(command.keysOnly),
    command.asOf,
  ],
  fromRow: (row): ScanCommand => ({
    type: 'scan',
    ...rangeFromRow(row),
    limit: limitField.check(toCount(row[4])),
    reverse: toOption(row[5]),
    keysOnly: toOption(row[6]),
    asOf: revisionFromRow(row[7]),
  }),
  reply: {
    toRow: ({ revision, entries, next }) => [
      tag,
      revision,
      new Uint8Array(pack(entries.flatMap(entryToFields))),
      nextToRow({ next }),
    ],
    fromRow: (row): ScanReply => ({
      type: 'scan',
      revision: toCount(row[1]),
      entries: entriesFromFields(unpack(toBytes(row[2]))),
      next: nextFromRow(row[3]),
    }),
    json,
  },
} as const satisfies CommandSpec<ScanCommand, ScanReply>;

/** The number of fields of an entry, in one row of the fields of all entries. */
const entryFieldCount = 5;

function entryToFields(entry: ScannedEntry): Row {
  return [entry.key, entry.createRevision, entry.modRevision, entry.version, entry.value ?? null];
}

/** @throws TypeError */
function entriesFromFields(fields: Row): ScannedEntry[] {
  if (fields.length % entryFieldCount !== 0) throw new TypeError('Expected whole entries.');
  const entries: ScannedEntry[] = [];
  for (let at = 0; at < fields.length; at += entryFieldCount) {
    const value = fields[at + 4];
    entries.push({
      key: toBytes(fields[at]),
      value: value === null ? undefined : toBytes(value),
      createRevision: toCount(fields[at + 1]),
      modRevision: toCount(fields[at + 2]),
      version: toCount(fields[at + 3]),
    });
  }
  return entries;
}

function toOption(field: unknown): boolean {
  const option = toCount(field);
  if (option <= 1) return option === 1;
  throw new TypeError('Expected 0 or 1.');
}
