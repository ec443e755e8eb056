/**
 * A client that works at the cluster that it meets until it is refused, and goes on with another client object then.
 * One that was refused once must be refused for good, and send nothing.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { type KvClient, KvError } from '@paxkv/client';
import type { SeededRandom } from '@paxkv/simulator';
import { RecordedClient } from '../../history/recorded-client.ts';
import type { Place } from './place.ts';

export const timeouts = { timeoutMs: 6000, attemptTimeoutMs: 1000 } as const;
const renewalMs = 50;
/** Calls that a client makes after it was refused, each of which must be refused too. */
const againCount = 2;

/** A client object, and how it finds out where it is. */
export interface Opened {
  readonly client: KvClient;
  /** The place that it has met; `undefined` if that is not certain. A refusal is thrown. */
  readonly meet: () => Promise<Place | undefined>;
}

export interface RenewalPlan {
  /** Names the client in findings. */
  readonly name: string;
  readonly random: SeededRandom;
  /** Between two calls. */
  readonly beatMs: number;
  readonly open: () => Opened;
  /** What is wrong with a refusal at the place, if anything is. */
  readonly judge: (place: Place, refusal: KvError) => readonly string[];
}

export class RenewedClient {
  readonly #plan: RenewalPlan;
  readonly #work: Promise<void>;
  readonly findings: string[] = [];
  /** How many client objects were refused. */
  refusedCount = 0;
  #isStopping = false;

  /** Starts at once. */
  constructor(plan: RenewalPlan) {
    this.#plan = plan;
    this.#work = this.#run().catch((error: unknown) => {
      this.findings.push(`${plan.name} ended: ${error}`);
    });
  }

  /** Resolves when no call is in flight any more. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    await this.#work;
  }

  async #run(): Promise<void> {
    while (!this.#isStopping) {
      const opened = this.#plan.open();
      try {
        const place = await opened.meet();
        if (place !== undefined) await this.#use(opened.client, place);
      } catch (error) {
        if (!isRefusal(error)) throw error;
        this.refusedCount += 1;
      } finally {
        await opened.client.close();
      }
      await pause(renewalMs);
    }
  }

  /** Returns when the client was refused, or is stopped. */
  async #use(client: KvClient, place: Place): Promise<void> {
    const { random, beatMs, judge } = this.#plan;
    const recorded = new RecordedClient(client, place.recorder.client());
    while (!this.#isStopping) {
      const error = await callOnce(recorded, place, random);
      if (isRefusal(error)) {
        this.refusedCount += 1;
        this.findings.push(...(await againRefused(recorded, place)), ...judge(place, error));
        return;
      }
      await pause(beatMs);
    }
  }
}

function isRefusal(error: unknown): error is KvError {
  return error instanceof KvError && error.code === 'KV_WRONG_CLUSTER';
}

/** One append or get at the place. Resolves with the error of the call. */
async function callOnce(
  client: RecordedClient,
  place: Place,
  random: SeededRandom,
): Promise<KvError | undefined> {
  const lane = random.pick(place.lanes);
  const key = lane.next();
  try {
    if (random.chance(0.3)) await client.get(key);
    else await client.append(key, place.nextElement());
    return undefined;
  } catch (error) {
    if (!(error instanceof KvError)) throw error;
    if (error.outcome === 'unknown') lane.noteUnknown(key);
    return error;
  }
}

async function againRefused(client: RecordedClient, place: Place): Promise<string[]> {
  const findings: string[] = [];
  for (let count = 0; count < againCount; count += 1) {
    const [key, element] = [place.lanes[0]?.next() ?? '', place.nextElement()];
    const error: unknown = await client.append(key, element).catch((reason: unknown) => reason);
    if (!isRefusal(error) || error.outcome !== 'not done') {
      findings.push(`${place.name}: ${element}after a refusal ended with ${error}`);
    }
  }
  return findings;
}
