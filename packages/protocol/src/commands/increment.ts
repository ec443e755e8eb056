/** `increment`: adds to a counter and returns its new value. An absent key counts as 0. */
import { z } from 'zod';
import { countField, type Field, keyField, type RequestField } from '../fields.ts';
import { type Bytes, toBytes, toCount, toText } from '../rows.ts';
import { type CommandSpec, membersOf } from './spec.ts';

/** Adds `by` to the counter at `key`. An absent key counts as 0. */
export interface IncrementCommand {
  readonly type: 'increment';
  readonly key: Bytes;
  /** A signed 64-bit integer. An increment by 0 is a write too. */
  readonly by: bigint;
}

/** The reply to an increment. */
export interface IncrementReply {
  readonly type: 'increment';
  /** The revision of the store after this write. */
  readonly revision: number;
  /** The counter after this write. */
  readonly value: bigint;
}

/** Counters are signed 64-bit integers. */
const counterMin = -(2n ** 63n);
const counterMax = 2n ** 63n - 1n;

/** In rows and in JSON a counter is decimal text, since numbers there are exact up to 53 bits only. */
const counterField: Field<bigint> = {
  json: z.string().transform((text, context) => {
    const counter = toCounter(text);
    if (counter !== undefined) return counter;
    context.addIssue('must be a signed 64-bit integer as decimal text');
    return z.NEVER;
  }),
  toJson: String,
};

const byField: RequestField<bigint> = {
  limits: { of: 'number', min: counterMin, max: counterMax },
  json: counterField.json.prefault('1'),
  toJson: String,
  check(by) {
    if (by >= counterMin && by <= counterMax) return by;
    throw new TypeError('A counter changes by a signed 64-bit integer.');
  },
};

const tag = 6;

export const increment = {
  type: 'increment',
  tag,
  access: 'write',
  outcomeIfLost: 'unknown',
  path: '/v1/increment',
  fields: { key: keyField, by: byField },
  toRow: ({ key, by }) => [tag, key, String(by)],
  fromRow: (row): IncrementCommand => ({
    type: 'increment',
    key: keyField.check(toBytes(row[1])),
    by: counterFromRow(row[2]),
  }),
  reply: {
    toRow: ({ revision, value }) => [tag, revision, String(value)],
    fromRow: (row): IncrementReply => ({
      type: 'increment',
      revision: toCount(row[1]),
      value: counterFromRow(row[2]),
    }),
    json: membersOf<IncrementReply>('increment', { revision: countField, value: counterField }),
  },
  refusals: {
    notACounter: {
      code: 'KV_NOT_A_COUNTER',
      message:
        'The value of the key is not a counter: it must be a signed 64-bit integer in decimal.',
    },
    counterOverflow: {
      code: 'KV_NOT_A_COUNTER',
      message: 'The counter would leave the range of signed 64-bit integers.',
    },
  },
  errors: { KV_NOT_A_COUNTER: { outcome: 'not done', status: 409 } },
} as const satisfies CommandSpec<IncrementCommand, IncrementReply>;

/** The counter in canonical decimal text: no leading zeros, no plus, no spaces. */
function toCounter(text: string): bigint | undefined {
  if (!/^-?[0-9]{1,19}$/.test(text)) return undefined;
  const counter = BigInt(text);
  const isCounter = counter >= counterMin && counter <= counterMax;
  return isCounter && String(counter) === text ? counter : undefined;
}

function counterFromRow(field: unknown): bigint {
  const counter = toCounter(toText(field));
  if (counter !== undefined) return counter;
  throw new TypeError('Expected a signed 64-bit integer in decimal.');
}
