/** Finds the name that a mistyped one was probably meant to be. */
import { closest, distance } from 'fastest-levenshtein';

/** A hint that ends a message about the unknown `name`; empty if no known name is near. */
export function didYouMean(name: string, known: readonly string[]): string {
  if (known.length === 0) return '';
  const nearest = closest(
    name.toLowerCase(),
    known.map((each) => each.toLowerCase()),
  );
  const meant = known.find((each) => each.toLowerCase() === nearest) ?? '';
  const isNear = distance(name.toLowerCase(), nearest) <= Math.max(2, name.length / 2);
  return isNear ? `; did you mean ${meant}?` : '';
}
