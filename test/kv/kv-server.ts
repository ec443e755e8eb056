/**
 * One simulated server: a real replica over a simulated network and two simulated disks, which it finds
 * again when it restarts after a crash.
 */
import { type Answer, ExchangeError, type Message } from '@paxkv/client';
import { type Limits, limitsDefault } from '@paxkv/kvserver/internal/config/settings';
import { Replica } from '@paxkv/kvserver/internal/replica/index';
import type { ForwardedBatch, StateMessage } from '@paxkv/kvserver/internal/replica/ports';
import {
  type DiskPace,
  flushPace,
  type Lifetime,
  type PortNetwork,
  SimDisk,
  type SimNetwork,
  SimNode,
  type World,
} from '@paxkv/simulator';
import { entropyFrom } from './entropy.ts';
import { answer } from './kv-endpoint.ts';
import { StateDisk } from './state-disk.ts';

export interface KvServerOptions {
  readonly me: number;
  readonly serverCount: number;
  readonly network: SimNetwork<Uint8Array>;
  readonly stateNetwork: PortNetwork<StateMessage>;
  readonly forwarding: PortNetwork<ForwardedBatch>;
  readonly isLed: boolean;
  /** Delays of the disk of the journal. Default: those of the state's disk. */
  readonly journalPace: DiskPace | undefined;
  readonly limits?: Partial<Limits> | undefined;
}

export class KvServer {
  readonly #world: World;
  readonly #options: KvServerOptions;
  readonly #journal: SimDisk<Uint8Array>;
  readonly #state: StateDisk;
  readonly #node: SimNode<Replica>;
  /** Ends each call in progress. */
  readonly #breaks = new Set<(reason: Error) => void>();
  #startCount = 0;

  constructor(world: World, options: KvServerOptions) {
    const { me, journalPace = flushPace } = options;
    this.#world = world;
    this.#options = options;
    this.#journal = new SimDisk(world, { ...journalPace, random: world.random(`journal ${me}`) });
    this.#state = new StateDisk(world, world.random(`state ${me}`));
    this.#node = new SimNode(world, (lifetime) => this.#start(lifetime));
  }

  get isUp(): boolean {
    return this.#node.program !== undefined;
  }

  /** @throws Error while the server is down. */
  get replica(): Replica {
    const replica = this.#node.program;
    if (replica === undefined) throw new Error(`Server ${this.#options.me} is down.`);
    return replica;
  }

  async start(): Promise<void> {
    await this.#node.start();
  }

  crash(): void {
    this.#node.crash();
  }

  /** Empties both disks. Must be called while the server is down. */
  loseDisks(): void {
    this.#journal.wipe();
    this.#state.wipe();
  }

  /** @throws ExchangeError if the server crashes before it answers. */
  serve(message: Message, signal: AbortSignal): Promise<Answer> {
    const { replica } = this;
    return new Promise((resolve, reject) => {
      this.#breaks.add(reject);
      answer(replica, message, signal)
        .then(resolve, (defect: unknown) => this.#fail(defect))
        .finally(() => this.#breaks.delete(reject));
    });
  }

  async #start({ clock, onCrash }: Lifetime): Promise<Replica> {
    const { me, serverCount, network, stateNetwork, forwarding, isLed } = this.#options;
    const limits = { ...limitsDefault, ...this.#options.limits };
    onCrash(() => network.unplug(me));
    onCrash(() => stateNetwork.unplug(me));
    onCrash(() => forwarding.unplug(me));
    onCrash(() => this.#journal.crash());
    onCrash(() => this.#state.crash());
    onCrash(() => this.#breakCalls());
    const runId = this.#startCount;
    this.#startCount += 1;
    return Replica.open({
      ...{ me, runId, peerCount: serverCount, clock, limits },
      transport: network.transport(me),
      storage: this.#journal.open(),
      isCandidate: isLed,
      ...(isLed ? { forwarding: forwarding.port(me) } : {}),
      state: await this.#state.open(),
      stateTransfer: {
        port: stateNetwork.port(me),
        replace: (fill) => this.#state.replace(fill),
      },
      random: this.#world.random(`replica ${me}`),
      drawEntropy: entropyFrom(this.#world.random(`entropy ${me}`)),
      onStopped: (error) => this.#fail(error),
    });
  }

  #breakCalls(): void {
    for (const end of this.#breaks) end(new ExchangeError('maybe', 'the server crashed'));
    this.#breaks.clear();
  }

  /** Fails the test: the world rethrows the error of a scheduled callback. */
  #fail(defect: unknown): void {
    this.#world.schedule(0, () => {
      throw defect;
    });
  }
}
