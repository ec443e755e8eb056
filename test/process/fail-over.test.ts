/** What a client notices when the server that leads dies, freezes or stops: a short wait, and no error. */
import { setTimeout as pause } from 'node:timers/promises';
import type { KvClient } from '@paxkv/client';
import { expect } from 'chai';
import { clusterPerTest } from './cluster-per-test.ts';

const laneCount = 8;
/** What is meant to take at most 0.3 and 1.5 s alone on a machine; a busy one may take longer. */
const killMsMax = 3_000;
const freezeMsMax = 5_000;

/** Appends without a pause, and notes how long nothing was acknowledged. */
class Appending {
  readonly #client: KvClient;
  readonly #lanes: readonly Promise<void>[];
  readonly #acknowledged: number[] = Array.from({ length: laneCount }, () => 0);
  #isGoing = true;
  #lastMs = performance.now();
  longestWaitMs = 0;

  constructor(client: KvClient) {
    this.#client = client;
    this.#lanes = this.#acknowledged.map((_, lane) => this.#run(lane));
  }

  /** Resolves when every lane has got on by `count`. */
  async progress(count: number): Promise<void> {
    const aims = this.#acknowledged.map((before) => before + count);
    while (aims.some((aim, lane) => (this.#acknowledged[lane] ?? 0) < aim)) await pause(5);
  }

  startWatch(): void {
    this.#lastMs = performance.now();
    this.longestWaitMs = 0;
  }

  /** Ends, and expects to find each acknowledged append once and in order. */
  async check(): Promise<void> {
    this.#isGoing = false;
    await Promise.all(this.#lanes);
    for (const [lane, count] of this.#acknowledged.entries()) {
      const numbers = Array.from({ length: count }, (_, number) => `${number} `).join('');
      expect(await this.#client.get(`lane ${lane}`)).to.equal(numbers);
    }
  }

  async #run(lane: number): Promise<void> {
    while (this.#isGoing) {
      await this.#client.append(`lane ${lane}`, `${this.#acknowledged[lane]} `);
      const nowMs = performance.now();
      this.longestWaitMs = Math.max(this.longestWaitMs, nowMs - this.#lastMs);
      this.#lastMs = nowMs;
      this.#acknowledged[lane] = (this.#acknowledged[lane] ?? 0) + 1;
    }
  }
}

describe('a client of three processes', () => {
  const each = clusterPerTest();

  async function appending(): Promise<{ work: Appending; leader: number }> {
    const client = each.cluster.client();
    const work = new Appending(client);
    await work.progress(50);
    const { leader } = await client.status();
    return { work, leader: leader ?? 0 };
  }

  const ways = [
    { what: 'is killed', hit: (node: number) => each.cluster.kill(node), waitMsMax: killMsMax },
    {
      what: 'stops politely',
      hit: async (node: number) => void (await each.cluster.stop(node)),
      waitMsMax: killMsMax,
    },
    {
      what: 'freezes',
      hit: async (node: number) => each.cluster.pause(node),
      waitMsMax: freezeMsMax,
    },
  ];
  for (const { what, hit, waitMsMax } of ways) {
    it(`goes on without an error when the leader ${what}, each append done once`, async () => {
      const { work, leader } = await appending();
      work.startWatch();
      await hit(leader);
      await work.progress(50);
      expect(work.longestWaitMs).to.be.below(waitMsMax);
      each.cluster.resume(leader);
      await work.check();
    }).timeout(30_000);
  }
});
