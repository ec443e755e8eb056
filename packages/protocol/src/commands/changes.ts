/** `changes`: reads what has changed in a range after a revision, and waits for a change if there is none yet. */
import { z } from 'zod';
import { countField, keyField, type RequestField, valueField } from '../fields.ts';
import { type KeyRange, rangeFields, rangeFromRow, rangeToRow } from '../key-range.ts';
import { type Bytes, pack, type Row, toBytes, toCount, unpack } from '../rows.ts';
import type { Entry } from './get.ts';
import { type RevisionOrNow, revisionField, revisionFromRow } from './revision.ts';
import type { CommandSpec, JsonCodec } from './spec.ts';

/** Reads the changes of a range, all of a revision together. */
export interface ChangesCommand extends KeyRange {
  readonly type: 'changes';
  /** The revision after which the changes were made. `now`: the reply has no changes, and the present revision. */
  readonly after: RevisionOrNow;
  /** How long the server waits for a change if there is none, in milliseconds; to 10,000. */
  readonly waitMs: number;
}

/** A key was written. */
export interface PutEvent extends Entry {
  readonly type: 'put';
  readonly key: Bytes;
}

/** A key was removed. */
export interface DeleteEvent {
  readonly type: 'delete';
  readonly key: Bytes;
  /** The revision at which it was removed. */
  readonly modRevision: number;
}

/** One change of one key. */
export type ChangeEvent = PutEvent | DeleteEvent;

/** The reply to changes. */
export interface ChangesReply {
  readonly type: 'changes';
  /** The reply has every change of the range up to this revision. It is the next `after`. */
  readonly revision: number;
  /** In the order of their revisions; a key that changed twice has two. */
  readonly events: readonly ChangeEvent[];
}

/** The longest wait that a client may ask for, in milliseconds. */
export const changesWaitMsMax = 10_000;

const waitField: RequestField<number> = {
  limits: { of: 'count', min: 0, max: changesWaitMsMax },
  json: z.int().prefault(0),
  toJson: (waitMs) => waitMs,
  check(waitMs) {
    if (toCount(waitMs) <= changesWaitMsMax) return waitMs;
    throw new TypeError(`A server waits for at most ${changesWaitMsMax} ms.`);
  },
};

const tag = 16;

const eventSchema: z.ZodType<ChangeEvent> = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('put'),
    key: keyField.json,
    value: valueField.json,
    createRevision: countField.json,
    modRevision: countField.json,
    version: countField.json,
  }),
  z.object({ type: z.literal('delete'), key: keyField.json, modRevision: countField.json }),
]);

const json: JsonCodec<ChangesReply> = {
  toJson: ({ revision, events }) => ({ revision, events: events.map(eventToJson) }),
  schema: z
    .object({ revision: countField.json, events: z.array(eventSchema) })
    .transform((members): ChangesReply => ({ type: 'changes', ...members })),
};

export const changes = {
  type: 'changes',
  tag,
  access: 'read',
  outcomeIfLost: 'not done',
  path: '/v1/changes',
  fields: { ...rangeFields, after: revisionField, waitMs: waitField },
  toRow: (command) => [tag, ...rangeToRow(command), command.after, command.waitMs],
  fromRow: (row): ChangesCommand => ({
    type: 'changes',
    ...rangeFromRow(row),
    after: revisionFromRow(row[4]),
    waitMs: waitField.check(toCount(row[5])),
  }),
  reply: {
    toRow: ({ revision, events }) => [
      tag,
      revision,
      new Uint8Array(pack(events.flatMap(eventToFields))),
    ],
    fromRow: (row): ChangesReply => ({
      type: 'changes',
      revision: toCount(row[1]),
      events: eventsFromFields(unpack(toBytes(row[2]))),
    }),
    json,
  },
  errors: {
    /** The server no longer has the changes that follow the revision. Another server may have them. */
    KV_COMPACTED: { outcome: 'not done', status: 410 },
  },
} as const satisfies CommandSpec<ChangesCommand, ChangesReply>;

function eventToJson(event: ChangeEvent): object {
  const key = keyField.toJson(event.key);
  return event.type === 'put'
    ? { ...event, key, value: valueField.toJson(event.value) }
    : { ...event, key };
}

/** The number of fields of an event, in one row of the fields of all events. */
const eventFieldCount = 5;

/** The event of a removed key has no value. */
function eventToFields(event: ChangeEvent): Row {
  const { key, modRevision } = event;
  if (event.type === 'delete') return [key, null, 0, modRevision, 0];
  return [key, event.value, event.createRevision, modRevision, event.version];
}

/** @throws TypeError */
function eventsFromFields(fields: Row): ChangeEvent[] {
  if (fields.length % eventFieldCount !== 0) throw new TypeError('Expected whole events.');
  const events: ChangeEvent[] = [];
  for (let at = 0; at < fields.length; at += eventFieldCount) {
    const key = toBytes(fields[at]);
    const value = fields[at + 1];
    const modRevision = toCount(fields[at + 3]);
    if (value === null) events.push({ type: 'delete', key, modRevision });
    else {
      const createRevision = toCount(fields[at + 2]);
      const version = toCount(fields[at + 4]);
      events.push({
        type: 'put',
        key,
        value: toBytes(value),
        createRevision,
        modRevision,
        version,
      });
    }
  }
  return events;
}
