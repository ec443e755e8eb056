/** Samples of every command in the table, so that the existing tests cover a new command. */
import {
  type AnySpec,
  adminRole,
  type Command,
  emptyAuthTable,
  type FieldLimits,
  fieldsOf,
  type RequestField,
} from '@paxkv/protocol';

/** Values of one field, within its limits and just outside them. */
interface FieldValues {
  readonly good: readonly unknown[];
  readonly below: readonly unknown[];
  readonly above: readonly unknown[];
}

export function valuesOf(field: RequestField<unknown>): FieldValues {
  const { limits } = field;
  if (limits.of === 'number') {
    const { min, max } = limits;
    return { good: [min, -1n, 0n, 1n, 12n, max], below: [min - 1n], above: [max + 1n] };
  }
  if (limits.of === 'id') return ids;
  const { of, min, max } = limits;
  if (of === 'auth table') return authTables;
  if (of === 'items') return isOperation(field) ? operations : comparisons;
  if (of === 'flag') return { good: [false, true], below: [], above: [] };
  if (of === 'count') return { good: [min, min + 1, max], below: [min - 1], above: [max + 1] };
  const make = (length: number) => madeOf(of, length);
  return {
    good: [min, min + 1, 40, max].map(make),
    below: min === 0 ? [] : [make(min - 1)],
    above: [make(max + 1)],
  };
}

const ids: FieldValues = {
  good: ['AAAAAAAAAAAAAAAAAAAAAA', 'q1Yk0nC8Rk2oZ4y9bXv3Tw', '-_-_-_-_-_-_-_-_-_-_-g'],
  below: ['', 'AAAAAAAAAAAAAAAAAAAAA', 'AAAAAAAAAAAAAAAAAAAAAB'],
  above: ['AAAAAAAAAAAAAAAAAAAAAAA'],
};

const key = Uint8Array.of(107);
const nested = { type: 'transact', if: [], then: [{ type: 'delete', key }], else: [] } as const;

/** Whether the items of the field are operations, and not comparisons. */
function isOperation({ json }: RequestField<unknown>): boolean {
  return json.safeParse([{ type: 'get', key: 'aw==' }]).success;
}

const comparisons: FieldValues = {
  good: [
    [],
    [{ key, of: 'modRevision', is: '=', to: 0 }],
    [{ key, of: 'version', is: '<', to: Number.MAX_SAFE_INTEGER }],
    [
      { key, of: 'value', is: '!=', to: Uint8Array.of(0, 255) },
      { key, of: 'createRevision', is: '>', to: 1 },
    ],
  ],
  below: [
    [{ key: new Uint8Array(), of: 'version', is: '=', to: 0 }],
    [{ key, of: 'version', is: '=', to: -1 }],
    [{ key, of: 'version', is: '~', to: 1 }],
    [{ key, of: 'lease', is: '=', to: 1 }],
  ],
  above: [],
};

const operations: FieldValues = {
  good: [
    [],
    [{ type: 'get', key }],
    [
      { type: 'put', key, value: Uint8Array.of(0, 255) },
      { type: 'append', key, value: new Uint8Array() },
      { type: 'increment', key, by: -3n },
      { type: 'delete', key },
      { type: 'putLeased', key, value: key, lease: 'q1Yk0nC8Rk2oZ4y9bXv3Tw' },
      { type: 'putTtl', key, value: key, ttlMs: 1000 },
      nested,
    ],
    [{ ...nested, then: [nested], else: [{ type: 'get', key }] }],
  ],
  below: [
    [{ type: 'get', key: new Uint8Array() }],
    [{ type: 'increment', key, by: 2n ** 63n }],
    [{ type: 'putTtl', key, value: key, ttlMs: 999 }],
    [{ ...nested, then: [{ ...nested, then: [nested] }] }],
    new Array(129).fill({ type: 'get', key }),
    [{ ...nested, then: new Array(128).fill({ type: 'get', key }) }],
  ],
  above: [
    [{ type: 'put', key, value: new Uint8Array(2 ** 20 + 1) }],
    [0, 1].map(() => ({ type: 'put', key, value: new Uint8Array(2 ** 19 + 2 ** 13) })),
  ],
};

const salt = new Uint8Array(16).fill(1);
const hash = new Uint8Array(32).fill(2);
const token = { id: 'abcdefghijklmno_', user: 'anna', salt, hash, cost: 12, expires: 0 };
const rights = [
  { kind: 'read', prefix: Uint8Array.of(0, 255) },
  { kind: 'monitor', prefix: new Uint8Array() },
] as const;
const roles = [{ name: 'reader', rights }];
const users = [{ name: 'anna', roles: ['reader', adminRole] }];
const full = { required: true, users, roles, tokens: [token] };

const authTables: FieldValues = {
  good: [emptyAuthTable, full, { ...full, required: false, tokens: [] }],
  below: [
    { ...full, tokens: [] },
    { ...full, users: [] },
    { ...full, roles: [] },
    { ...full, tokens: [token, token] },
    { ...full, tokens: [{ ...token, cost: 30 }] },
    { ...full, users: [...users, { name: 'not a name', roles: [] }] },
    { ...full, roles: [...roles, { name: adminRole, rights: [] }] },
  ],
  above: [{ ...full, roles: [...roles, { name: 'large', rights: new Array(300).fill(wide()) }] }],
};

function wide() {
  return { kind: 'read', prefix: new Uint8Array(1024) };
}

/** Commands within the limits: each value of each field, with the first value of every other field. */
export function goodCommandsOf(spec: AnySpec): readonly Command[] {
  if (fieldsOf(spec).length === 0) return [{ type: spec.type } as Command];
  return fieldsOf(spec).flatMap(([name, field]) =>
    valuesOf(field).good.map((value) => commandWith(spec, name, value)),
  );
}

/** Commands with one field outside its limits, and whether it is too small or too large. */
export function badCommandsOf(spec: AnySpec): readonly {
  readonly command: Command;
  readonly limits: FieldLimits;
  readonly isAbove: boolean;
}[] {
  return fieldsOf(spec).flatMap(([name, field]) => {
    const { below, above } = valuesOf(field);
    const bad = (value: unknown, isAbove: boolean) => {
      return { command: commandWith(spec, name, value), limits: field.limits, isAbove };
    };
    return [...below.map((value) => bad(value, false)), ...above.map((value) => bad(value, true))];
  });
}

function commandWith(spec: AnySpec, name: string, value: unknown): Command {
  const others = fieldsOf(spec).map(([other, field]) => [other, valuesOf(field).good[1]] as const);
  return { type: spec.type, ...Object.fromEntries(others), [name]: value } as Command;
}

function madeOf(kind: 'bytes' | 'characters', length: number): Uint8Array | string {
  if (kind === 'characters') return 'é'.repeat(length);
  return new Uint8Array(length).fill(255 - (length % 255));
}
