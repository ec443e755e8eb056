/** The final report of the gate. */

export interface Result {
  readonly title: string;
  readonly seconds: number;
  readonly hasPassed: boolean;
  /** The last line the stage printed: its own summary. */
  readonly lastLine: string;
}

export function toTable(results: readonly Result[]): string {
  const rows = results.map(({ title, seconds, hasPassed, lastLine }) => [
    hasPassed ? 'pass' : 'FAIL',
    title,
    `${Math.floor(seconds / 60)} min ${seconds % 60} s`,
    lastLine,
  ]);
  const widths = [0, 1, 2].map((column) =>
    Math.max(...rows.map((row) => (row[column] ?? '').length)),
  );
  return rows
    .map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  '))
    .join('\n');
}
