/** Durations for people. */

/** `350 ms`, `4.2 s`, `3 min`, `5 h`, `2 d`. */
export function durationText(ms: number): string {
  const seconds = ms / 1000;
  if (ms < 999.5) return `${Math.round(ms)} ms`;
  if (seconds < 99.95) return `${seconds.toFixed(1)} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 100) return `${minutes} min`;
  const hours = Math.round(seconds / 3600);
  return hours < 48 ? `${hours} h` : `${Math.round(hours / 24)} d`;
}
