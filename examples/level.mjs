/** A program that was written for level keeps its data in a cluster: `PaxosLevel` takes the place of `Level`. */
import { KvClient } from '@paxkv/client';
import { PaxosLevel } from '@paxkv/paxos-level';
import { endpoints } from './endpoints.mjs';

const client = new KvClient({ endpoints });
const db = new PaxosLevel('library/', { client, valueEncoding: 'json' });
await db.clear();

const books = db.sublevel('books', { valueEncoding: 'json' });
await books.batch([
  { type: 'put', key: 'emma', value: { pages: 474 } },
  { type: 'put', key: 'persuasion', value: { pages: 249 } },
  { type: 'put', key: 'ulysses', value: { pages: 732 } },
]);

const names = await books.keys({ gt: 'emma', reverse: true }).all();
console.log(names.join(', ')); // prints: ulysses, persuasion
console.log(await books.has('dubliners')); // prints: false

// The same entry, as the store has it.
console.log(await client.get('library/!books!emma')); // prints: {"pages":474}

await db.close();
await client.close();
