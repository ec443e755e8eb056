/** Scenarios of key-value tests, and steps that several tests share. */
import type { KvClient } from '@paxkv/client';
import { seeded, type World } from '@paxkv/simulator';
import { expect } from 'chai';
import type { KvCluster } from './kv-cluster.ts';
import { together } from './task.ts';

const roundCount = 20;
const clientCount = 15;
/** Far more simulated time than the longest test needs. It ends a test whose condition never comes true. */
const withinMs = 600_000;

/** A title and a body with all randomness from one seed; a failure shows how to reproduce it. */
export function scenario(title: string, main: (world: World) => Promise<void>) {
  return seeded(title, main, { withinMs });
}

/** Every server returns what one server acknowledged. */
export async function basicGetAndPut(cluster: KvCluster): Promise<void> {
  const clerk = cluster.anyClerk();
  await clerk.put('a', 'aa');
  expect(await clerk.get('a')).to.equal('aa');
  await cluster.clerk(1).put('a', 'aaa');
  for (const reader of [cluster.clerk(2), cluster.clerk(1), clerk]) {
    expect(await reader.get('a')).to.equal('aaa');
  }
}

/** Clients put and get one key at random; after each round all servers return the same value. */
export async function concurrentClients(
  cluster: KvCluster,
  makeClerk: () => KvClient,
): Promise<void> {
  const random = cluster.world.random('concurrent clients');
  const readers = cluster.clerks();
  for (let round = 0; round < roundCount; round += 1) {
    const puts = new Set<string | undefined>();
    await together(clientCount, async () => {
      const clerk = makeClerk();
      if (random.chance(0.5)) {
        const value = random.letters(10);
        puts.add(value);
        await clerk.put('b', value);
      } else await clerk.get('b');
    });
    const values = await Promise.all(readers.map((reader) => reader.get('b')));
    expect(new Set(values).size, `one answer in round ${round}: ${values}`).to.equal(1);
    if (puts.size > 0) expect(puts, 'a value of this round').to.include(values[0]);
  }
}
