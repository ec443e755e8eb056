/** The history of the keys of an example, which its test judges. */
import type { KvClient, WatchedChange } from '@paxkv/client';

/** All changes of a prefix up to now, those of each revision together. */
export async function changesByRevision(
  client: KvClient,
  prefix: string,
): Promise<WatchedChange<'utf8'>[][]> {
  const { revision: last } = await client.put('the end of the history', '');
  const all = new Map<number, WatchedChange<'utf8'>[]>();
  for await (const { changes, revision } of client.watch({ prefix }, { after: 0 }).batches()) {
    for (const change of changes) {
      const { modRevision } = change;
      all.set(modRevision, [...(all.get(modRevision) ?? []), change]);
    }
    if (revision !== undefined && revision >= last) break;
  }
  return [...all.values()];
}
