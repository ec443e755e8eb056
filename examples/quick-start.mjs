/** Writes, reads and deletes. Needs a cluster: `npm start` in another terminal. */
import { KvClient } from '@paxkv/client';
import { endpoints } from './endpoints.mjs';

const client = new KvClient({ endpoints });

await client.put('colour', 'blue');
console.log(await client.get('colour')); // prints: blue

await client.append('colour', ' sky');
console.log(await client.get('colour')); // prints: blue sky

// A key that is absent is no error.
const { deleted } = await client.delete('colour');
console.log(deleted, await client.get('colour')); // prints: true undefined

// Waits for calls under way, then closes the connections.
await client.close();
