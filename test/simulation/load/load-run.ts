/** All clients of a run: real clients on the simulated network, whose calls are recorded in one history. */
import { HttpExchange, KvClient } from '@paxkv/client';
import type { World } from '@paxkv/simulator';
import type { HistoryEvent } from '../../history/event.ts';
import { RecordedClient, type Store } from '../../history/recorded-client.ts';
import { Recorder } from '../../history/recorder.ts';
import { TransactionRecorder } from '../../serializability/recorder.ts';
import type { Transaction } from '../../serializability/transaction.ts';
import type { ClientNetwork } from '../cluster/client-network.ts';
import type { StateAudit } from '../invariants/state-audit.ts';
import type { Sighting } from '../invariants/watch-invariants.ts';
import type { Load } from '../schedule/schedule.ts';
import { Ballast } from './ballast.ts';
import { JointRanges, type RangeStore } from './joint-ranges.ts';
import { KeyRing } from './key-ring.ts';
import { Lane } from './lane.ts';
import { OldReads } from './old-reads.ts';
import { RestlessStore } from './restless-store.ts';
import { SessionlessStore } from './sessionless-store.ts';
import { jointKeys, readJointKeys, type Transactor, Transfers } from './transfers.ts';
import { Watcher } from './watcher.ts';

/** Few, so that a history with unknown outcomes can be judged. */
const transferCountMax = 3;
/** The prefix of the keys of each watcher: all keys, and those that transactions change together. */
const watchedPrefixes: readonly string[] = ['', 'joint-'];

interface ClientTiming {
  readonly endpoints: readonly string[];
  readonly timeoutMs: number;
  readonly attemptTimeoutMs: number;
}

export interface LoadRunOptions {
  readonly load: Load;
  readonly clientNetwork: ClientNetwork;
  readonly onEvent: (event: HistoryEvent) => void;
  readonly audit: StateAudit;
}

export class LoadRun {
  readonly #world: World;
  readonly #options: LoadRunOptions;
  readonly #recorder: Recorder;
  readonly #keys: KeyRing;
  readonly #lanes: readonly Lane[];
  readonly #ballast: Ballast;
  readonly #oldReads: OldReads;
  readonly #transactions = new TransactionRecorder();
  readonly #transfers: readonly Transfers[];
  readonly #watchers: readonly Watcher[];
  #extraCount = 0;
  #running: Promise<unknown> = Promise.resolve();

  constructor(world: World, options: LoadRunOptions) {
    const { clientCount, laneCount, keyCount } = options.load;
    this.#world = world;
    this.#options = options;
    const now = () => Math.round(world.now() * 1e6);
    this.#recorder = new Recorder({ now, onEvent: options.onEvent });
    const sizes = { keyCount, laneCount: clientCount * laneCount };
    this.#keys = new KeyRing(world.random('keys'), sizes);
    const clients = Array.from({ length: clientCount }, (_, client) => this.#store(client));
    this.#lanes = Array.from({ length: sizes.laneCount }, (_, number) =>
      this.#lane(number, clients[number % clientCount]),
    );
    this.#transfers = clients
      .slice(-transferCountMax)
      .map((client, number) => this.#transfersOf(number, client));
    this.#watchers = watchedPrefixes.map((prefix, number) => this.#watcher(number, prefix));
    this.#ballast = new Ballast(world, {
      client: this.extraClient(),
      random: world.random('ballast'),
      keyCount: options.load.ballastCount,
    });
    this.#oldReads = new OldReads(world, {
      random: world.random('old reads'),
      stores: options.clientNetwork.endpoints.map((endpoint) => this.#extraSessionless(endpoint)),
      keyNames: () => this.#keys.keys.map(({ name }) => name),
      audit: options.audit,
    });
  }

  get events(): readonly HistoryEvent[] {
    return this.#recorder.events;
  }

  /** The transactions on keys that are changed together, all of which take effect at one moment. */
  get transactions(): readonly Transaction[] {
    return this.#transactions.transactions;
  }

  /** What watches have shown. */
  get sightings(): readonly Sighting[] {
    return this.#watchers.flatMap(({ sightings }) => sightings);
  }

  /** How often a watch was told that changes are gone. */
  get gapCount(): number {
    return this.#watchers.reduce((sum, { gapCount }) => sum + gapCount, 0);
  }

  /** The name of every key that was ever used, besides those of transactions. */
  get keyNames(): string[] {
    return [...this.#keys.keys.map(({ name }) => name), ...this.#ballast.keyNames];
  }

  start(): void {
    this.#running = Promise.all(this.#runners.map((runner) => runner.run()));
    this.#running.catch((defect: unknown) => {
      this.#world.schedule(0, () => {
        throw defect;
      });
    });
  }

  /** Resolves when every open call has ended. */
  async stop(): Promise<void> {
    for (const runner of this.#runners) runner.stop();
    await this.#running;
  }

  get #runners(): readonly (Lane | Ballast | OldReads | Transfers | Watcher)[] {
    return [this.#ballast, this.#oldReads, ...this.#lanes, ...this.#transfers, ...this.#watchers];
  }

  /** One more client, which no fault affects. */
  extraClient(): RecordedClient {
    const store = this.#extraStore(this.#options.clientNetwork.endpoints);
    return new RecordedClient(store, this.#recorder.client());
  }

  /** Reads all keys of transactions, with one more client that no fault affects. */
  async readJointKeys(): Promise<void> {
    const client = this.#extraStore(this.#options.clientNetwork.endpoints);
    await readJointKeys({ client, recorder: this.#transactions });
  }

  /** One more client, which has no session and asks this server only. */
  directClient(node: number): RecordedClient {
    const store = this.#extraSessionless(this.#endpointOf(node));
    return new RecordedClient(store, this.#recorder.client({ node }));
  }

  /** One more client with a session, which asks this server only. */
  faithfulClient(node: number): RecordedClient {
    const store = this.#extraStore([this.#endpointOf(node)]);
    return new RecordedClient(store, this.#recorder.client({ node }));
  }

  #extraSessionless(endpoint: string): SessionlessStore {
    const client = this.#options.load.clientCount + this.#extraCount;
    this.#extraCount += 1;
    return this.#sessionless(client, [endpoint]);
  }

  #extraStore(endpoints: readonly string[]): KvClient {
    const timing = { timeoutMs: 10_000, attemptTimeoutMs: 1_000, endpoints };
    const store = this.#kvClient(this.#options.load.clientCount + this.#extraCount, timing);
    this.#extraCount += 1;
    return store;
  }

  #endpointOf(node: number): string {
    const endpoint = this.#options.clientNetwork.endpoints[node];
    if (endpoint === undefined) throw new TypeError(`there is no node ${node}`);
    return endpoint;
  }

  #transfersOf(number: number, client: Transactor & RangeStore): Transfers {
    const { endpoints } = this.#options.clientNetwork;
    const random = this.#world.random(`transfers ${number}`);
    const recorder = this.#transactions;
    const ranges = new JointRanges({
      ...{ keys: jointKeys, client, recorder },
      counter: this.#sessionless(number, endpoints),
      random: this.#world.random(`ranges ${number}`),
    });
    return new Transfers(this.#world, { number, client, random, recorder, ranges });
  }

  /** It has the network of one of the other clients. */
  #watcher(number: number, prefix: string): Watcher {
    const { load, clientNetwork } = this.#options;
    const { timeoutMs, attemptTimeoutMs } = load;
    const timing = { timeoutMs, attemptTimeoutMs, endpoints: clientNetwork.endpoints };
    return new Watcher(this.#world, {
      prefix,
      client: this.#kvClient(number % load.clientCount, timing),
      random: this.#world.random(`watcher ${number}`),
    });
  }

  #store(client: number): Store & Transactor & RangeStore {
    const { timeoutMs, attemptTimeoutMs, sessionlessCount } = this.#options.load;
    const { endpoints } = this.#options.clientNetwork;
    if (client < sessionlessCount) return this.#sessionless(client, endpoints);
    const { unrest } = this.#options.load;
    const timing = { timeoutMs, attemptTimeoutMs, endpoints };
    return new RestlessStore(this.#world, {
      unrest,
      random: this.#world.random(`unrest ${client}`),
      carrier: this.#options.clientNetwork.carrier(client),
      client: (carrier) => this.#kvClient(client, timing, carrier),
    });
  }

  #sessionless(client: number, endpoints: readonly string[]): SessionlessStore {
    return new SessionlessStore(this.#world, {
      endpoints,
      carrier: this.#options.clientNetwork.carrier(client),
      random: this.#world.random(`client ${client}`),
    });
  }

  #kvClient(
    client: number,
    timing: ClientTiming,
    carrier = this.#options.clientNetwork.carrier(client),
  ): KvClient {
    const name = `client ${client}`;
    const random = this.#world.random(name);
    const exchange = new HttpExchange(carrier);
    const rate = this.#options.load.clientClockRates[client] ?? 1;
    return new KvClient({
      name,
      ...timing,
      endpoints: random.shuffle(timing.endpoints),
      environment: { exchange, clock: this.#world.nodeClock({ rate }), random },
    });
  }

  #lane(number: number, store: Store | undefined): Lane {
    if (store === undefined) throw new TypeError('there is no client');
    const { load } = this.#options;
    return new Lane(this.#world, {
      number,
      load,
      keys: this.#keys,
      client: new RecordedClient(store, this.#recorder.client()),
      random: this.#world.random(`lane ${number}`),
    });
  }
}
