/**
 * A process that takes a lock and then, for as long as its signal has not fired, changes a key on condition that it
 * holds the lock. Each line of its output is one event. Arguments: the name of the lock, its time to live in
 * milliseconds, and the endpoints.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { KvClient } from '@paxkv/client';

const [name = '', ttlMs, ...endpoints] = process.argv.slice(2);
const client = new KvClient({ endpoints, timeoutMs: 30_000 });
const lock = await client.lock(name, { ttlMs: Number(ttlMs) });
console.log(`holds ${lock.fence}`);
while (!lock.signal.aborted) {
  const write = { type: 'put', key: 'guarded', value: `${lock.fence}` } as const;
  const { passed } = await client.transact({ if: [lock.held], then: [write] });
  console.log(passed ? 'wrote' : 'refused');
  await pause(50);
}
console.log('lost');
await client.close();
