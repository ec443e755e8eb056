/**
 * The network between clients and servers. Requests and answers are lost, with or without an error; links
 * are down for a while; and sometimes a request arrives once more, long after it was answered.
 */
import { type Answer, ExchangeError, type HttpTransport, type Message } from '@paxkv/client';
import type { ErrorReply, StampJson } from '@paxkv/protocol';
import type { SeededRandom, World } from '@paxkv/simulator';
import type { ClientNetworkProfile } from '../schedule/schedule.ts';
import type { Witness } from '../witness.ts';
import type { Server } from './server.ts';

const calm: ClientNetworkProfile = { delayMsMean: 1, lossChance: 0, echoChance: 0, echoMsMax: 0 };
const delayMsMax = 2_000;

export class ClientNetwork {
  /** The addresses of the servers, as clients know them. */
  readonly endpoints: readonly string[];
  readonly #world: World;
  readonly #random: SeededRandom;
  readonly #servers: readonly Server[];
  readonly #witness: Required<Witness>;
  /** How many faults cut the link from a client to a server now. */
  readonly #closed = new Map<string, number>();
  #settings: ClientNetworkProfile;

  constructor(
    world: World,
    settings: ClientNetworkProfile,
    { servers, witness }: { servers: readonly Server[]; witness: Required<Witness> },
  ) {
    this.#world = world;
    this.#random = world.random('client network');
    this.#settings = settings;
    this.#servers = servers;
    this.endpoints = servers.map((_, node) => `http://node-${node}`);
    this.#witness = witness;
  }

  /** The transport of one client. */
  carrier(client: number): HttpTransport {
    return {
      send: (endpoint, message, signal) =>
        this.#send(client, { node: this.endpoints.indexOf(endpoint), message, signal }),
      close: async () => {},
    };
  }

  close(client: number, node: number): void {
    this.#count(client, node, 1);
  }

  reopen(client: number, node: number): void {
    this.#count(client, node, -1);
  }

  /** Ends all faults. */
  calm(): void {
    this.#settings = calm;
    this.#closed.clear();
  }

  async #send(client: number, { node, message, signal }: Letter): Promise<Answer> {
    const server = this.#servers[node];
    if (server === undefined) throw new TypeError(`there is no server ${node}`);
    // Through JSON, so that client and server share no object.
    const copy: Message = JSON.parse(JSON.stringify(message));
    this.#witness.onAsked(client, node, copy);
    await this.#travel();
    if (this.#isClosed(client, node)) return never();
    if (this.#random.chance(this.#settings.lossChance)) return this.#lose();
    const echoMs = this.#drawEcho(copy);
    const answer = await server.serve(copy, signal).catch((error: unknown) => {
      if (!wasNotSent(error)) this.#echo(server, copy, echoMs);
      throw error;
    });
    if (!isNotDone(answer)) this.#echo(server, copy, echoMs);
    await this.#travel();
    if (this.#isClosed(client, node)) return never();
    if (this.#random.chance(this.#settings.lossChance)) return this.#lose();
    return answer;
  }

  /** After how long a copy arrives, or `undefined` for none. */
  #drawEcho({ body }: Message): number | undefined {
    const { echoChance, echoMsMax } = this.#settings;
    const { session }: { session?: StampJson } = body ?? {};
    // The copy of a request without a session could not be told from a second request.
    if (session === undefined || !this.#random.chance(echoChance)) return undefined;
    return this.#random.between(0, echoMsMax);
  }

  /**
   * Sends a copy later, whose answer is dropped. A request that was refused with "not done" has no copy:
   * the refusal would not hold for one that arrives later.
   */
  #echo(server: Server, message: Message, afterMs: number | undefined): void {
    if (afterMs === undefined) return;
    this.#world.schedule(afterMs, () => {
      server.serve(message, new AbortController().signal).catch((error: unknown) => {
        if (!(error instanceof ExchangeError)) throw error;
      });
    });
  }

  #lose(): Promise<never> {
    if (this.#random.chance(0.5)) return never();
    return Promise.reject(new ExchangeError('maybe', 'the connection broke'));
  }

  #travel(): Promise<void> {
    const tail = 1 / Math.sqrt(1 - this.#random.next()) - 1;
    return this.#world.sleep(Math.min(delayMsMax, this.#settings.delayMsMean * tail));
  }

  #isClosed(client: number, node: number): boolean {
    return (this.#closed.get(`${client}>${node}`) ?? 0) > 0;
  }

  #count(client: number, node: number, step: number): void {
    const way = `${client}>${node}`;
    this.#closed.set(way, Math.max(0, (this.#closed.get(way) ?? 0) + step));
  }
}

interface Letter {
  readonly node: number;
  readonly message: Message;
  readonly signal: AbortSignal;
}

function wasNotSent(error: unknown): boolean {
  return error instanceof ExchangeError && error.sent === 'no';
}

function isNotDone({ body }: Answer): boolean {
  const { error } = body as Partial<ErrorReply>;
  return error?.outcome === 'not done';
}

function never(): Promise<never> {
  return new Promise(() => {});
}
