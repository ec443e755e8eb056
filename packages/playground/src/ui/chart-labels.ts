/** Chooses places for the labels of a sequence chart, so that no label covers another. */
import type { Point } from './geometry.ts';

/** A label, with the places where it may stand, the best first. */
export interface LabelWish {
  readonly text: string;
  readonly places: readonly Point[];
}

/** The size of a letter and of a line, in the units of the chart. */
const letterWidth = 5;
const lineHeight = 9;

/** The place of each label, in the same order. `undefined`: no place is free, so the label is left out. */
export function placeLabels(wishes: readonly LabelWish[]): (Point | undefined)[] {
  const taken: (Point & { readonly width: number })[] = [];
  return wishes.map(({ text, places }) => {
    const width = text.length * letterWidth;
    const free = places.find((place) =>
      taken.every(
        (other) =>
          Math.abs(place.x - other.x) >= (width + other.width) / 2 ||
          Math.abs(place.y - other.y) >= lineHeight,
      ),
    );
    if (free !== undefined) taken.push({ ...free, width });
    return free;
  });
}
