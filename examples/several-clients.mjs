/** Three clients append to one key at the same time. Each append is there, once. */
import { KvClient } from '@paxkv/client';
import { endpoints } from './endpoints.mjs';

const names = ['a', 'b', 'c'];
const clients = names.map((name) => new KvClient({ endpoints, name }));
const [first] = clients;

await first.delete('letters');
await Promise.all(
  clients.map(async (client, index) => {
    for (let count = 0; count < 10; count += 1) await client.append('letters', names[index]);
  }),
);

// The order differs from run to run; every client sees the same one.
const seen = await Promise.all(clients.map((client) => client.get('letters')));
console.log(seen.every((letters) => letters === seen[0])); // prints: true
for (const name of names) console.log(name, seen[0].split(name).length - 1);
// prints: a 10
// prints: b 10
// prints: c 10

await Promise.all(clients.map((client) => client.close()));
