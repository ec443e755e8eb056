/** Changes several keys in one step, on conditions. */
import { KvClient } from '@paxkv/client';
import { endpoints } from './endpoints.mjs';

const client = new KvClient({ endpoints });
await client.delete('owner');

// A condition that does not hold is a result, which shows what is there.
const isFree = { ifRevision: 'absent' };
console.log((await client.put('owner', 'anna', isFree)).done); // prints: true
const second = await client.put('owner', 'bert', isFree);
console.log(second.done, second.current.value); // prints: false anna

// Everything that the function writes is written in one step, if nothing that it has read has changed.
await client.put('left', '10');
await client.put('right', '0');
const move = () =>
  client.transaction(async (tx) => {
    const [left, right] = [Number(await tx.get('left')), Number(await tx.get('right'))];
    tx.put('left', String(left - 1));
    tx.put('right', String(right + 1));
  });
await Promise.all([move(), move(), move()]);
console.log((await client.getMany(['left', 'right'])).join(' ')); // prints: 7 3

// The same as plain data: comparisons, and what is done if all of them hold, or else.
const { passed, results } = await client.transact({
  if: [{ key: 'left', of: 'value', is: '=', to: '7' }],
  then: [
    { type: 'delete', key: 'left' },
    { type: 'get', key: 'left' },
  ],
  else: [{ type: 'get', key: 'left' }],
});
console.log(passed, results[0].deleted, results[1].entry); // prints: true true undefined

await client.close();
