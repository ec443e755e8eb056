/**
 * A queue of jobs, each done by one consumer at a time. A consumer claims a job by a key with its lease, so that the job of
 * one that crashed is free again after that. A job leaves the queue only under the fence of its claim, the revision at
 * which that was made, so a consumer that comes too late changes nothing.
 * `node work-queue.mjs add 1 2 3` adds jobs, and `node work-queue.mjs consume` does them until it is ended.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { KvClient } from '@paxkv/client';
import { endpoints } from './endpoints.mjs';

const client = new KvClient({ endpoints, encoding: 'json', timeoutMs: 30_000 });
const queue = client.namespace('queue/');
const ttlMs = 10_000;
const add = (number) => queue.put(`jobs/${number}`, { number });

/** Claims the job, if it is there and nobody has claimed it. */
async function claim(id, lease) {
  const isThere = { key: `jobs/${id}`, of: 'version', is: '>', to: 0 };
  const isFree = { key: `claims/${id}`, of: 'version', is: '=', to: 0 };
  const put = { type: 'put', key: `claims/${id}`, value: {}, lease };
  const get = { type: 'get', key: `jobs/${id}` };
  const reply = await queue.transact({ if: [isThere, isFree], then: [get, put] });
  return reply.passed ? { id, fence: reply.revision, ...reply.results[0].entry.value } : undefined;
}

/** Claims any job, and waits for one if there is none. `undefined` once the signal has fired. */
async function take(lease, signal) {
  while (!signal.aborted) {
    let after;
    for await (const { revision, entries } of queue.keys({ prefix: 'jobs/' }).pages()) {
      after = revision;
      for (const { key } of entries) {
        const claimed = await claim(key.slice('jobs/'.length), lease);
        if (claimed !== undefined) return claimed;
      }
    }
    // Until a job was added, or a claim has ended.
    for await (const { type } of queue.watch({}, { after, signal })) if (type !== 'progress') break;
  }
}

/** Replaces a job by its result in one step. False if the claim has ended: another consumer does the job then. */
async function finish({ id, fence }, value) {
  const { passed } = await queue.transact({
    if: [{ key: `claims/${id}`, of: 'createRevision', is: '=', to: fence }],
    then: [
      { type: 'put', key: `results/${id}`, value: { value, fence } },
      { type: 'delete', key: `jobs/${id}` },
      { type: 'delete', key: `claims/${id}` },
    ],
  });
  return passed;
}

/** Does jobs until `stop` fires. */
async function consume(stop, log) {
  while (!stop.aborted) {
    const lease = await client.lease({ ttlMs });
    const signal = AbortSignal.any([stop, lease.lost]);
    try {
      for (let job = await take(lease, signal); job; job = await take(lease, signal)) {
        log(`claimed ${job.id} ${job.fence}`);
        await sleep(200);
        log(`${(await finish(job, job.number ** 2)) ? 'done' : 'too late'} ${job.id} ${job.fence}`);
      }
    } catch (error) {
      // The claims have ended with their lease, and another one begins.
      if (!lease.lost.aborted) throw error;
    } finally {
      await lease.revoke();
    }
  }
}

/** Two consumers do three jobs, one of which belonged to a third consumer that has crashed. */
async function show() {
  await queue.deleteRange({});
  await Promise.all([1, 2, 3].map(add));
  const crashed = await client.lease({ ttlMs });
  const job = await take(crashed, crashed.lost);
  await crashed.revoke(); // The servers do this after `ttlMs`.
  console.log(await finish(job, 'too late')); // prints: false
  const stop = new AbortController();
  const consumers = [1, 2].map(() => consume(stop.signal, () => {}));
  while ((await queue.count({ prefix: 'results/' })) < 3) await sleep(20);
  stop.abort();
  await Promise.all(consumers);
  const results = await queue.getMany(['results/1', 'results/2', 'results/3']);
  console.log(...results.map(({ value }) => value)); // prints: 1 4 9
}

const [role, ...numbers] = process.argv.slice(2);
if (role === 'add') await Promise.all(numbers.map(Number).map(add));
else if (role === 'consume') await consume(new AbortController().signal, console.log);
else await show();
await client.close();
