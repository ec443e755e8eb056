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

export function valuesOf({ limits }: RequestField<unknown>): FieldValues {
  if (limits.of === 'number') {
    const { min, max } = limits;
    return { good: [min, -1n, 0n, 1n, 12n, max], below: [min - 1n], above: [max + 1n] };
  }
  const { of, min, max } = limits;
  if (of === 'auth table') return authTables;
  if (of === 'count') return { good: [min, 1, max], below: [min - 1], above: [max + 1] };
  const make = (length: number) => madeOf(of, length);
  return {
    good: [min, min + 1, 40, max].map(make),
    below: min === 0 ? [] : [make(min - 1)],
    above: [make(max + 1)],
  };
}

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
