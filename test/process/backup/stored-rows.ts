/** Rows of states: those in a backup, and those in the data directory of a stopped node. */
import { createReadStream } from 'node:fs';
import { readBackup, type VerifiedBackup } from '@paxkv/kvserver';
import { openDataDirectory } from '@paxkv/kvserver/internal/storage/index';
import { readEntry } from '@paxkv/kvserver/internal/storage/state/entry-row';
import { isMetaKey } from '@paxkv/kvserver/internal/storage/state/row-keys';
import type { Entry } from '@paxkv/protocol';

/** Every entry and session, as it is stored: the key and the content of its row in hexadecimal. */
export type StoredRows = ReadonlyMap<string, string>;

export async function rowsInBackup(
  file: string,
): Promise<{ backup: VerifiedBackup; rows: StoredRows }> {
  const rows = new Map<string, string>();
  const backup = await readBackup(createReadStream(file), {
    onRows: (some) => {
      for (const [key, row] of some) if (!isMetaKey(key)) rows.set(hexOf(key), hexOf(row));
    },
  });
  return { backup, rows };
}

/** Opens the directory, so nothing else may have it open. */
export async function rowsOnDisk(path: string, nodeId: number): Promise<StoredRows> {
  const data = await openDataDirectory({ path, clusterId: 'tests', nodeId, nodeCount: 3 });
  try {
    const rows = new Map<string, string>();
    for await (const [key, row] of data.state.iterator({
      keyEncoding: 'view',
      valueEncoding: 'view',
    })) {
      if (!isMetaKey(key)) rows.set(hexOf(key), hexOf(row));
    }
    return rows;
  } finally {
    await data.close();
  }
}

/** The entries among these rows, by key. */
export function entriesIn(
  rows: StoredRows,
): Map<string, Omit<Entry, 'value'> & { readonly value: string }> {
  const entries = [...rows].filter(([key]) => key.startsWith('64'));
  return new Map(
    entries.map(([key, row]) => {
      const [keyBytes, rowBytes] = [Buffer.from(key, 'hex'), Buffer.from(row, 'hex')];
      const { value, ...revisions } = readEntry(keyBytes, rowBytes);
      return [
        keyBytes.subarray(1).toString(),
        { value: Buffer.from(value).toString(), ...revisions },
      ];
    }),
  );
}

function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}
