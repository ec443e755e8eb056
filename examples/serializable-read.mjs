/**
 * A linearizable read, the default, sees every write that was acknowledged before it; a majority has to
 * confirm it. A serializable read is answered by one server at once, and may be old.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { KvClient } from '@paxkv/client';
import { endpoints } from './endpoints.mjs';

const client = new KvClient({ endpoints });
const value = new Date().toISOString();
await client.put('time', value);

const linearizable = await client.get('time');
console.log(linearizable === value); // prints: true

// The server that answers may not have heard of the last write yet, but soon will have.
let serializable;
do {
  serializable = await client.get('time', { consistency: 'serializable' });
  await sleep(10);
} while (serializable !== value);
console.log(serializable === value); // prints: true

await client.close();
