/** Counts, and changes a list, while several clients do the same at once: no change is lost. */
import { KvClient } from '@paxkv/client';
import { endpoints } from './endpoints.mjs';

const clients = [1, 2, 3].map((number) => new KvClient({ endpoints, name: `client ${number}` }));
const [client] = clients;
await client.delete('visits');
await client.put('guests', '[]');

const tenTimes = Array.from({ length: 10 });
await Promise.all(clients.flatMap((one) => tenTimes.map(() => one.increment('visits'))));
console.log(await client.get('visits')); // prints: 30

// The function gets the value that is there, and runs again if somebody else was faster.
const add = (one, guest) =>
  one.update('guests', (list) => JSON.stringify([...JSON.parse(list), guest].sort()));
await Promise.all(clients.map((one, index) => add(one, `guest ${index}`)));
console.log(await client.get('guests')); // prints: ["guest 0","guest 1","guest 2"]

await Promise.all(clients.map((one) => one.close()));
