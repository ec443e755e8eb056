/**
 * Clients that keep reading and writing whatever happens to the cluster, one call after another and at a
 * limited rate. Every written value is unique.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { KvError } from '@paxkv/client';
import type { SeededRandom } from '@paxkv/simulator';
import type { RecordedClient } from '../../history/recorded-client.ts';
import { AckLog } from './ack-log.ts';
import { drawOperation, type KeyLane, makeLanes } from './key-lane.ts';

const laneCount = 12;

export interface TrafficOptions {
  readonly clients: readonly RecordedClient[];
  readonly random: SeededRandom;
  /** Calls per second of all clients together, so that histories stay short enough to be checked. */
  readonly callRateMax: number;
}

export class Traffic {
  /** Acknowledgements of writes. */
  readonly acks = new AckLog();
  readonly #lanes = makeLanes(laneCount);
  readonly #random: SeededRandom;
  readonly #beatMs: number;
  readonly #work: Promise<void>;
  #isStopping = false;
  #callCount = 0;

  /** Starts at once. */
  constructor({ clients, random, callRateMax }: TrafficOptions) {
    this.#random = random;
    this.#beatMs = (clients.length * 1000) / callRateMax;
    this.#work = Promise.all(clients.map((client, index) => this.#run(client, index))).then(
      () => {},
    );
    // `stop` reports the error to its caller.
    this.#work.catch(() => {});
  }

  get callCount(): number {
    return this.#callCount;
  }

  /** Every key used so far. */
  get keys(): string[] {
    return this.#lanes.flatMap((lane) => lane.keys);
  }

  /** Resolves when no call is in flight any more. @throws any error of a client other than `KvError` */
  async stop(): Promise<void> {
    this.#isStopping = true;
    await this.#work;
  }

  async #run(client: RecordedClient, index: number): Promise<void> {
    // Three clients share a lane, and each client uses two of them.
    const lanes = [index, index + 1].flatMap((at) => this.#lanes[at % laneCount] ?? []);
    let beatMs = performance.now();
    for (let number = 0; !this.#isStopping; number += 1) {
      const lane = this.#random.pick(lanes);
      await this.#call(client, lane, `${index}.${number} `);
      beatMs = Math.max(beatMs + this.#beatMs, performance.now() - this.#beatMs);
      await pause(beatMs - performance.now());
    }
  }

  async #call(client: RecordedClient, lane: KeyLane, element: string): Promise<void> {
    this.#callCount += 1;
    const operation = drawOperation(lane.kind, this.#random.next());
    const key = lane.next();
    try {
      if (operation === 'get') await client.get(key);
      else if (operation === 'append') await client.append(key, element);
      else if (operation === 'put') await client.put(key, element);
      else await client.delete(key);
      if (operation !== 'get') this.acks.note();
    } catch (error) {
      if (!(error instanceof KvError)) throw error;
      if (error.outcome === 'unknown') lane.noteUnknown(key);
    }
  }
}
