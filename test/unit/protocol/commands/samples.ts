/** Samples of every command in the table, so that the existing tests cover a new command. */
import {
  type AnySpec,
  type Command,
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
  const make = (length: number) => madeOf(limits.of, length);
  const { min, max } = limits;
  return {
    good: [min, min + 1, 40, max].map(make),
    below: min === 0 ? [] : [make(min - 1)],
    above: [make(max + 1)],
  };
}

/** Commands within the limits: each value of each field, with the first value of every other field. */
export function goodCommandsOf(spec: AnySpec): readonly Command[] {
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
