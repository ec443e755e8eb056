/** A text table without lines. */
import Table from 'cli-table3';

export function tableOf(head: readonly string[], rows: readonly (string | number)[][]): string {
  const table = new Table({
    head: [...head],
    style: { head: [], border: [], compact: true },
    chars: { ...noBorder, middle: '  ' },
  });
  table.push(...rows);
  return table.toString();
}

const noBorder = Object.fromEntries(
  [
    ...['top', 'top-mid', 'top-left', 'top-right', 'bottom', 'bottom-mid', 'bottom-left'],
    ...['bottom-right', 'left', 'left-mid', 'mid', 'mid-mid', 'right', 'right-mid'],
  ].map((part) => [part, '']),
);
