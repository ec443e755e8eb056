/**
 * Elements that are in a store and do not belong there: of another cluster, of an earlier incarnation, or written under
 * a session that its client did not open.
 */
import { type Contents, type Kept, nameKey } from './place.ts';

/** Elements with this beginning were sent under stamps that no server may take. */
export const forgedPrefix = 'forged.';

export interface StrayOptions {
  /** Keys of other clients of this store, whose elements are checked elsewhere. */
  readonly isForeign?: (key: string) => boolean;
  /** The last contents of the place from which this one was restored. */
  readonly origin?: Contents;
}

/**
 * The strays in the contents of a place, and what is missing, a line each. `kept`: what was acknowledged before the
 * backup from which it was restored.
 */
export function straysIn(
  { name, kept = [] }: { readonly name: string; readonly kept?: readonly Kept[] },
  contents: Contents,
  { isForeign = () => false, origin = new Map() }: StrayOptions = {},
): string[] {
  const found = [...contents].flatMap(([key, value]) => {
    if (key === nameKey) return value === name ? [] : [`${nameKey} is ${value}`];
    const elements = elementsOf(value);
    const forged = elements.filter((element) => element.startsWith(forgedPrefix));
    return [
      ...forged.map((element) => `${element} of ${key} was taken under a session of another`),
      ...doubled(elements).map((element) => `${element} of ${key} is there twice`),
      ...(isForeign(key) ? [] : misplaced(name, { key, value, elements, origin })),
    ];
  });
  const lost = kept
    .filter(({ key, element }) => !elementsOf(contents.get(key) ?? '').includes(element))
    .map(({ key, element }) => `${element} of ${key} was acknowledged before the backup`);
  return [...found, ...lost].map((what) => `${name}: ${what}`);
}

interface Held {
  readonly key: string;
  readonly value: string;
  readonly elements: readonly string[];
  readonly origin: Contents;
}

/** A key of this place has its elements only; any other has those that came with the backup, from the first on. */
function misplaced(name: string, { key, value, elements, origin }: Held): string[] {
  if (key.startsWith(`ledger-${name}.`)) {
    return elements
      .filter((element) => !element.startsWith(`${name}.`) && !element.startsWith(forgedPrefix))
      .map((element) => `${element} of ${key} belongs elsewhere`);
  }
  const before = origin.get(key);
  if (before === undefined) return [`${key} belongs elsewhere`];
  return before.startsWith(value) ? [] : [`${key} was written after the backup`];
}

function doubled(elements: readonly string[]): string[] {
  const seen = new Set<string>();
  return elements.filter((element) => seen.has(element) || !seen.add(element));
}

function elementsOf(value: string): string[] {
  return value.split(' ').slice(0, -1);
}
