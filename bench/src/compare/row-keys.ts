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
  'values-1kb',
  'values-16kb',
] as const;

/** Rows that run only in a full run or when they are requested. */
export const longRowKeys: readonly string[] = ['values-1kb', 'values-16kb'];

export type RowKey = (typeof rowKeys)[number];
