/**
 * Checks of what was unpacked from a frame, field by field. They run for every message between servers, so they build
 * nothing: a record that passes is the one that was unpacked.
 */

/** Why content is refused. It contains nothing of the content itself. */
export class Refused {
  readonly #reason: string;
  readonly #path: string;

  constructor(reason: string, path = '') {
    this.#reason = reason;
    this.#path = path;
  }

  /** The same refusal, seen from the record or list that has the content at `place`. */
  at(place: string | number): Refused {
    return new Refused(this.#reason, this.#path === '' ? `${place}` : `${place}.${this.#path}`);
  }

  get text(): string {
    return `${this.#path || 'message'}: ${this.#reason}`;
  }
}

/** Returns the content if it is a `T`, with the bytes in it replaced by copies where the check says so. */
export type Check<T> = (content: unknown) => T | Refused;

/** The check of a field that may be absent. */
export interface OptionalCheck<T> {
  readonly ifPresent: Check<T>;
}

/** A check for every field of `T`: one that is forgotten does not compile. */
export type FieldChecks<T> = {
  readonly [Name in keyof T]-?: Partial<Pick<T, Name>> extends Pick<T, Name>
    ? OptionalCheck<Exclude<T[Name], undefined>>
    : Check<T[Name]>;
};

/** A check for every type of message: one that is forgotten does not compile. */
export type VariantChecks<T extends { readonly type: string }> = {
  readonly [Type in T['type']]: FieldChecks<Omit<Extract<T, { readonly type: Type }>, 'type'>>;
};

export function optional<T>(ifPresent: Check<T>): OptionalCheck<T> {
  return { ifPresent };
}

/** A whole number; without `max`, up to the highest exact one. */
export function whole(min: number, max = Number.MAX_SAFE_INTEGER): Check<number> {
  const refused = new Refused(`no whole number from ${min} to ${max}`);
  return (content) =>
    typeof content === 'number' && Number.isInteger(content) && content >= min && content <= max
      ? content
      : refused;
}

const noFlag = new Refused('neither true nor false');
export const flag: Check<boolean> = (content) => (typeof content === 'boolean' ? content : noFlag);

/** At most `lengthMax` characters, as Unicode counts them. */
export function text(lengthMax: number): Check<string> {
  const refused = new Refused(`no text of at most ${lengthMax} characters`);
  return (content) =>
    typeof content === 'string' && hasAtMost(content, lengthMax) ? content : refused;
}

function hasAtMost(content: string, characterCount: number): boolean {
  // A character has one or two code units.
  if (content.length <= characterCount) return true;
  return content.length <= 2 * characterCount && [...content].length <= characterCount;
}

/**
 * At most `lengthMax` bytes. What arrives is a view of a whole frame; `keep` makes of it what is kept. Default: the
 * view itself, for what is soon let go.
 */
export function bytes(
  lengthMax = Number.POSITIVE_INFINITY,
  keep: (view: Uint8Array) => Uint8Array = (view) => view,
): Check<Uint8Array> {
  const noBytes = new Refused('no bytes');
  const tooLong = new Refused(`longer than ${lengthMax} bytes`);
  return (content) => {
    if (!(content instanceof Uint8Array)) return noBytes;
    return content.byteLength <= lengthMax ? keep(content) : tooLong;
  };
}

/** A list of `lengthMin` to `lengthMax` items. */
export function list<T>(
  item: Check<T>,
  { lengthMin, lengthMax }: { readonly lengthMin: number; readonly lengthMax: number },
): Check<readonly T[]> {
  const refused = new Refused(`no list of ${lengthMin} to ${lengthMax} items`);
  return (content) => {
    if (!Array.isArray(content)) return refused;
    if (content.length < lengthMin || content.length > lengthMax) return refused;
    for (let index = 0; index < content.length; index += 1) {
      const checked = item(content[index]);
      if (checked instanceof Refused) return checked.at(index);
      content[index] = checked;
    }
    return content;
  };
}

/** A list of two. */
export function pair<T>(item: Check<T>): Check<readonly [T, T]> {
  return list(item, { lengthMin: 2, lengthMax: 2 }) as Check<readonly [T, T]>;
}

/** A map with exactly the fields of `T`. */
export function record<T extends object>(fields: FieldChecks<T>): Check<T> {
  const all = fieldsOf(fields);
  return (content) => {
    if (!isMap(content)) return noMap;
    return checkFields(content, all, 0) ?? (content as T);
  };
}

/** A map whose `type` is one of those of `T`, and that has exactly the fields of this type. */
export function variant<T extends { readonly type: string }>(checks: VariantChecks<T>): Check<T> {
  // A Map, since an object also has the names of its prototype.
  const fieldsOfType = new Map<unknown, readonly Field[]>(
    Object.entries<object>(checks).map(([type, fields]) => [type, fieldsOf(fields)]),
  );
  return (content) => {
    if (!isMap(content)) return noMap;
    const { type } = content;
    const fields = fieldsOfType.get(type);
    if (fields === undefined) return unknownType;
    return checkFields(content, fields, 1) ?? (content as unknown as T);
  };
}

/** Excludes bytes: they count as an object too, and a megabyte of them would be checked field by field. */
export function isMap(content: unknown): content is Record<string, unknown> {
  if (typeof content !== 'object' || content === null) return false;
  return Object.getPrototypeOf(content) === Object.prototype;
}

interface Field {
  readonly name: string;
  readonly check: Check<unknown>;
  readonly isOptional: boolean;
}

const noMap = new Refused('not a map');
const unknownField = new Refused('unknown field');
const unknownType = new Refused('unknown', 'type');

function fieldsOf(fields: object): readonly Field[] {
  const entries = Object.entries<Check<unknown> | OptionalCheck<unknown>>({ ...fields });
  return entries.map(([name, field]) =>
    typeof field === 'function'
      ? { name, check: field, isOptional: false }
      : { name, check: field.ifPresent, isOptional: true },
  );
}

/** `knownCount`: how many fields were checked before. */
function checkFields(
  content: Record<string, unknown>,
  fields: readonly Field[],
  knownCount: number,
): Refused | undefined {
  let count = knownCount;
  for (const { name, check, isOptional } of fields) {
    const before = content[name];
    if (before === undefined && isOptional && !(name in content)) continue;
    const checked = check(before);
    if (checked instanceof Refused) return checked.at(name);
    if (checked !== before) content[name] = checked;
    count += 1;
  }
  for (const _ in content) count -= 1;
  return count === 0 ? undefined : unknownField;
}
