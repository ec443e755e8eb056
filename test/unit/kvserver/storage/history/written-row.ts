import {
  fromHistoryRow,
  type HistoryRow,
  historyKey,
} from '@paxkv/kvserver/internal/storage/history/history-row';

/** A row as it is in a file. */
export function written(row: HistoryRow): [key: Uint8Array, sealed: Uint8Array] {
  return [historyKey(row.until), Buffer.concat(fromHistoryRow(row))];
}
