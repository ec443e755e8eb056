/**
 * A client that lives on when its cluster is made anew. It must get `KV_WRONG_CLUSTER` before anything is sent to the
 * new one, and goes on with another client object then.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { KvClient, type KvClientOptions, KvError } from '@paxkv/client';
import type { SeededRandom } from '@paxkv/simulator';
import { RecordedClient } from '../../history/recorded-client.ts';
import type { Place } from './place.ts';

export const timeouts = { timeoutMs: 6000, attemptTimeoutMs: 1000 } as const;
const beatMs = 15;
const renewalMs = 50;
/** Calls that a client makes after it was refused, each of which must be refused too. */
const againCount = 2;

export interface ClientPlan {
  readonly transport: NonNullable<KvClientOptions<'utf8'>['transport']>;
  readonly random: SeededRandom;
  /** The present incarnation of the cluster. */
  readonly place: () => Place;
}

export class LastingClient {
  readonly #plan: ClientPlan;
  readonly #work: Promise<void>;
  readonly findings: string[] = [];
  /** How many client objects were refused since their cluster was made anew. */
  refusedCount = 0;
  #isStopping = false;

  /** Starts at once. */
  constructor(plan: ClientPlan) {
    this.#plan = plan;
    this.#work = this.#run().catch((error: unknown) => {
      this.findings.push(`a client of ${plan.transport} ended: ${error}`);
    });
  }

  /** Resolves when no call is in flight any more. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    await this.#work;
  }

  async #run(): Promise<void> {
    while (!this.#isStopping) {
      const place = this.#plan.place();
      const { transport } = this.#plan;
      const client = new KvClient({ endpoints: place.endpoints, transport, ...timeouts });
      try {
        if (await this.#hasMet(client, place)) await this.#use(client, place);
        else await pause(renewalMs);
      } finally {
        await client.close();
      }
    }
  }

  /** Whether a server has answered, all of it during this incarnation. */
  async #hasMet(client: KvClient, place: Place): Promise<boolean> {
    const hasAnswered = await client.get('place').then(
      () => true,
      () => false,
    );
    return hasAnswered && !place.hasEnded && this.#plan.place() === place;
  }

  /** Returns when the client was refused, or is stopped. */
  async #use(client: KvClient, place: Place): Promise<void> {
    const recorded = new RecordedClient(client, place.recorder.client());
    while (!this.#isStopping) {
      const error = await callOnce(recorded, place, this.#plan.random);
      if (error?.code === 'KV_WRONG_CLUSTER') {
        this.refusedCount += 1;
        this.findings.push(...(await againRefused(recorded, place)));
        if (!place.hasEnded) this.findings.push(`${place.name} refused its own client: ${error}`);
        return;
      }
      await pause(beatMs);
    }
  }
}

/** One append or get at the place. Resolves with the error of the call. */
export async function callOnce(
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

/** A client that was refused once is refused for good, and sends nothing. */
export async function againRefused(client: RecordedClient, place: Place): Promise<string[]> {
  const findings: string[] = [];
  for (let count = 0; count < againCount; count += 1) {
    const [key, element] = [place.lanes[0]?.next() ?? '', place.nextElement()];
    const error: unknown = await client.append(key, element).catch((reason: unknown) => reason);
    const isRefused =
      error instanceof KvError && error.code === 'KV_WRONG_CLUSTER' && error.outcome === 'not done';
    if (!isRefused) findings.push(`${place.name}: ${element}after a refusal ended with ${error}`);
  }
  return findings;
}
