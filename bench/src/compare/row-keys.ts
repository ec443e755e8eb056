/** The names of the rows, in the order of the table. */
export const rowKeys = [
  'puts-256',
  'puts-64',
  'put-alone',
  'gets-64',
  'http-256',
  'kill-leader',
  'freeze-leader',
  'memory',
  'large-values',
] as const;

export type RowKey = (typeof rowKeys)[number];
