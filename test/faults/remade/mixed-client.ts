/**
 * A client that was given the endpoints of two clusters. It uses the one that it meets first. Once it meets the other
 * one it is refused for good, since nobody knows which of them is meant.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { KvClient, KvError } from '@paxkv/client';
import type { SeededRandom } from '@paxkv/simulator';
import { RecordedClient } from '../../history/recorded-client.ts';
import { againRefused, callOnce, timeouts } from './lasting-client.ts';
import { nameKey, type Place } from './place.ts';

const beatMs = 30;
const renewalMs = 50;

export interface MixedPlan {
  readonly random: SeededRandom;
  /** The present incarnation of each cluster. */
  readonly places: () => readonly Place[];
}

export class MixedClient {
  readonly #plan: MixedPlan;
  readonly #work: Promise<void>;
  readonly findings: string[] = [];
  refusedCount = 0;
  #isStopping = false;

  /** Starts at once. */
  constructor(plan: MixedPlan) {
    this.#plan = plan;
    this.#work = this.#run().catch((error: unknown) => {
      this.findings.push(`a client of two clusters ended: ${error}`);
    });
  }

  /** Resolves when no call is in flight any more. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    await this.#work;
  }

  async #run(): Promise<void> {
    const { random, places } = this.#plan;
    while (!this.#isStopping) {
      const present = places();
      const endpoints = random.shuffle(present.flatMap((place) => place.endpoints));
      const transport = random.pick(['stream', 'http'] as const);
      const client = new KvClient({ endpoints, transport, ...timeouts });
      try {
        await this.#use(client, present);
      } finally {
        await client.close();
      }
      await pause(renewalMs);
    }
  }

  /** Returns when the client was refused, or is stopped. */
  async #use(client: KvClient, present: readonly Place[]): Promise<void> {
    const place = await this.#placeOf(client, present);
    if (place === undefined) return;
    const recorded = new RecordedClient(client, place.recorder.client());
    while (!this.#isStopping) {
      const error = await callOnce(recorded, place, this.#plan.random);
      if (error?.code === 'KV_WRONG_CLUSTER') {
        this.refusedCount += 1;
        this.findings.push(...(await againRefused(recorded, place)));
        return;
      }
      await pause(beatMs);
    }
  }

  /** Which of the clusters the client has met. */
  async #placeOf(client: KvClient, present: readonly Place[]): Promise<Place | undefined> {
    try {
      const name = await client.get(nameKey);
      // A cluster that was restored has the name of the former one until it is given its own.
      return present.find((place) => place.name === name && !place.hasEnded);
    } catch (error) {
      if (error instanceof KvError && error.code === 'KV_WRONG_CLUSTER') this.refusedCount += 1;
      return undefined;
    }
  }
}
