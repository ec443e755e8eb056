/** How fast a series grows: the slope of the line that fits it best (least squares). */

export interface Point {
  readonly atMs: number;
  readonly bytes: number;
}

const mebibyte = 1024 * 1024;
const minuteMs = 60_000;

/** MiB a minute; 0 for fewer than two points in time. */
export function mebibytesPerMinute(points: readonly Point[]): number {
  const meanMs = mean(points.map(({ atMs }) => atMs));
  const meanBytes = mean(points.map(({ bytes }) => bytes));
  let spread = 0;
  let common = 0;
  for (const { atMs, bytes } of points) {
    spread += (atMs - meanMs) ** 2;
    common += (atMs - meanMs) * (bytes - meanBytes);
  }
  return spread === 0 ? 0 : ((common / spread) * minuteMs) / mebibyte;
}

function mean(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0) / Math.max(1, numbers.length);
}
