/**
 * A semaphore: at most `size` clients hold it at any moment. Each client has a place in a line, which is a key with its
 * lease, and those at the first `size` places hold it. The place of a client that crashed ends with its lease. The fence of
 * a holder is the revision at which its place was made: what only a holder may do is a transaction on that condition.
 *
 * `node semaphore.mjs work` takes and releases it until it is ended.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { KvClient } from '@paxkv/client';
import { endpoints } from './endpoints.mjs';

const client = new KvClient({ endpoints, timeoutMs: 30_000 });
const name = 'semaphore/';
const size = 2;
const ttlMs = 10_000;

/** Waits until the client holds the semaphore. */
async function acquire() {
  const lease = await client.lease({ ttlMs });
  const places = client.namespace(`${name}places/`);
  const { revision: fence } = await places.put(lease.id, '', { lease });
  const before = new Set();
  const watch = places.watch({}, { initial: true, signal: lease.lost });
  for await (const { changes, revision } of watch.batches()) {
    for (const { type, key, createRevision } of changes) {
      if (type === 'delete') before.delete(key);
      else if (createRevision < fence) before.add(key);
    }
    // The places that were there at the beginning come in several batches; the last one has a revision.
    if (revision !== undefined && before.size < size) break;
  }
  lease.lost.throwIfAborted();
  const held = { key: `${name}places/${lease.id}`, of: 'createRevision', is: '=', to: fence };
  return { fence, held, lease, signal: lease.lost, release: () => lease.revoke() };
}

/** Does its work while it holds the semaphore. What it does is visible as a key that ends with its place. */
async function work(log) {
  const holder = await acquire();
  const { fence, held, lease } = holder;
  try {
    const { passed } = await client.transact({
      if: [held],
      then: [{ type: 'put', key: `${name}inside/${fence}`, value: '', lease }],
    });
    if (!passed) return;
    log(`enters ${fence}`);
    await sleep(100);
    log(`leaves ${fence}`);
  } finally {
    await holder.release();
  }
}

/** Five clients want it at once. */
async function show() {
  const fences = [];
  let inside = 0;
  let most = 0;
  const log = (line) => {
    inside += line.startsWith('enters') ? 1 : -1;
    most = Math.max(most, inside);
    if (line.startsWith('enters')) fences.push(Number(line.split(' ')[1]));
  };
  await Promise.all([1, 2, 3, 4, 5].map(() => work(log)));
  console.log('at most', most); // prints: at most 2
  console.log('holders', new Set(fences).size); // prints: holders 5
}

/** Works until the process is ended. */
async function workForEver() {
  for (;;) {
    try {
      await work(console.log);
    } catch (error) {
      // A busy machine may renew the lease too late; the place has ended with it.
      if (!['KV_LEASE_LOST', 'KV_NO_SUCH_LEASE'].includes(error.code)) throw error;
    }
  }
}

await (process.argv[2] === 'work' ? workForEver() : show());
await client.close();
