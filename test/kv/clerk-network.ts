/**
 * The network between clerks and servers: calls with the lab's faults. Partitions do not apply here, and a
 * server that is down refuses connections.
 */
import { type Answer, ExchangeError, type HttpTransport, type Message } from '@paxkv/client';
import { lab, type SeededRandom, type World } from '@paxkv/simulator';
import type { KvServer } from './kv-server.ts';

export class ClerkNetwork implements HttpTransport {
  isUnreliable = false;
  readonly #world: World;
  readonly #random: SeededRandom;
  readonly #servers: ReadonlyMap<string, KvServer>;

  /** Servers by the endpoint that clerks use. */
  constructor(world: World, servers: ReadonlyMap<string, KvServer>) {
    this.#world = world;
    this.#random = world.random('clerk network');
    this.#servers = servers;
  }

  async send(endpoint: string, message: Message, signal: AbortSignal): Promise<Answer> {
    const server = this.#servers.get(endpoint);
    if (server === undefined) throw new TypeError(`There is no server ${endpoint}.`);
    const copy = structuredClone({ path: message.path, body: message.body ?? {} });
    await this.#travel();
    if (!server.isUp) throw new ExchangeError('no', 'connection refused');
    if (this.#isHit(lab.discardChance)) throw this.#requestLost();
    const isAnswerLost = this.#isHit(lab.answerLossChance);
    const answer = await server.serve(copy, signal);
    await this.#travel();
    if (isAnswerLost) throw new ExchangeError('maybe', 'the connection broke before the answer');
    return answer;
  }

  async close(): Promise<void> {}

  #travel(): Promise<void> {
    return this.#world.sleep(this.#random.between(lab.delayMsMin, lab.delayMsMax));
  }

  #isHit(probability: number): boolean {
    return this.isUnreliable && this.#random.chance(probability);
  }

  /** A connection that fails early certainly carried nothing; one that fails later may have. */
  #requestLost(): ExchangeError {
    return this.#random.chance(0.5)
      ? new ExchangeError('no', 'the connection failed')
      : new ExchangeError('maybe', 'the connection broke with the request');
  }
}
