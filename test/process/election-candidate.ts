/**
 * A process that campaigns again and again, and announces numbers while it leads. Its output: `leads` with the fence, and
 * `said` with the fence and a number that was announced for certain. Arguments: the name of the election, the time to live
 * in milliseconds, what it announces in front of the numbers, and the endpoints.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { KvClient, KvError } from '@paxkv/client';

const [name = '', ttl, value = '', ...endpoints] = process.argv.slice(2);
const client = new KvClient({ endpoints, timeoutMs: 30_000 });
const ttlMs = Number(ttl);
for (;;) {
  try {
    const leadership = await client.campaign(name, { ttlMs, value: `${value} 0` });
    console.log(`leads ${leadership.fence}`);
    for (let number = 1; ; number += 1) {
      await leadership.proclaim(`${value} ${number}`);
      console.log(`said ${leadership.fence} ${number}`);
      await pause(50);
    }
  } catch (error) {
    // A busy machine may renew too late.
    if (!(error instanceof KvError) || error.code !== 'KV_LEASE_LOST') throw error;
  }
}
