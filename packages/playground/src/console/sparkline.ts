/** Sparklines: a small line of values over time. */

/** The drawing in its own units. */
export const sparklineWidth = 120;
export const sparklineHeight = 28;
const margin = 2;

/**
 * The path of a line through the values, oldest first; the latest is at the right edge. The scale goes from 0
 * to the highest value, or to `scale` if that is more. The line is interrupted where a value is absent.
 */
export function sparklinePath(
  values: readonly (number | undefined)[],
  countMax: number,
  scale: number,
): string {
  const highest = Math.max(scale, ...values.map((value) => value ?? 0));
  const step = sparklineWidth / Math.max(1, countMax - 1);
  let isDrawing = false;
  const parts = values.map((value, index) => {
    if (value === undefined) {
      isDrawing = false;
      return '';
    }
    const x = sparklineWidth - (values.length - 1 - index) * step;
    const y = sparklineHeight - margin - (value / highest) * (sparklineHeight - 2 * margin);
    const letter = isDrawing ? 'L' : 'M';
    isDrawing = true;
    return `${letter}${x.toFixed(1)} ${y.toFixed(1)}`;
  });
  return parts.join('');
}
