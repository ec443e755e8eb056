/** Puts entries in transactions of a bounded size. */
import type { KvClient } from '@paxkv/client';
import { transactionItemsMax } from '@paxkv/protocol';
import type { KeyAndValue } from './entry-line.ts';

/** A transaction has at most about as many bytes, so that it fits into a request with the largest entry besides. */
const bytesMax = 256 * 1024;

export interface Imported {
  /** The entries that were put. */
  readonly count: number;
  /** The revision of the store after the last; 0 if there is none. */
  readonly revision: number;
}

/** `onPut`: so many more were put. @throws KvError with the outcome of the transaction that failed; what `entries` throws. */
export async function putAll(
  client: Pick<KvClient<'buffer'>, 'transact'>,
  entries: AsyncIterable<KeyAndValue>,
  onPut: (count: number) => void,
): Promise<Imported> {
  let imported: Imported = { count: 0, revision: 0 };
  for await (const batch of inBatches(entries)) {
    const { revision } = await client.transact({
      then: batch.map((entry) => ({ type: 'put', ...entry })),
    });
    imported = { count: imported.count + batch.length, revision };
    onPut(batch.length);
  }
  return imported;
}

async function* inBatches(entries: AsyncIterable<KeyAndValue>): AsyncGenerator<KeyAndValue[]> {
  let batch: KeyAndValue[] = [];
  let bytes = 0;
  for await (const entry of entries) {
    const size = entry.key.length + entry.value.length;
    if (batch.length === transactionItemsMax || (bytes > 0 && bytes + size > bytesMax)) {
      yield batch;
      batch = [];
      bytes = 0;
    }
    batch.push(entry);
    bytes += size;
  }
  if (batch.length > 0) yield batch;
}
