/**
 * Says for each call whether it took effect. The client retries by itself, so an error means that the
 * time was up, the caller aborted, or the request can never succeed.
 */
import { KvClient, KvError } from '@paxkv/client';
import { endpoints } from './endpoints.mjs';

const cluster = new KvClient({ endpoints });
// Nothing listens on this port.
const nobody = new KvClient({ endpoints: '127.0.0.1:1', timeoutMs: 200 });

/** Runs a call and says what is known of it. */
async function outcomeOf(call) {
  try {
    await call();
    return 'done';
  } catch (error) {
    if (!(error instanceof KvError)) throw error;
    return `${error.outcome} (${error.code})`;
  }
}

console.log(await outcomeOf(() => cluster.put('colour', 'red'))); // prints: done

// No server can have seen this write, so it is safe to do something else instead.
console.log(await outcomeOf(() => nobody.put('colour', 'red'))); // prints: not done (KV_UNREACHABLE)

const signal = AbortSignal.abort();
console.log(await outcomeOf(() => cluster.put('colour', 'red', { signal }))); // prints: not done (KV_ABORTED)

const tooLarge = 'x'.repeat(1024 * 1024 + 1);
console.log(await outcomeOf(() => cluster.put('colour', tooLarge))); // prints: not done (KV_TOO_LARGE)

// After `unknown`, for instance on a timeout without a majority, read before you write again.
console.log(await cluster.get('colour')); // prints: red

await Promise.all([cluster.close(), nobody.close()]);
