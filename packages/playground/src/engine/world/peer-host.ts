/** One peer with its host: node, disk and clock. */
import type { Storage, Transport } from '@paxkv/paxos';
import {
  type Lifetime,
  type NodeClock,
  SimDisk,
  type SimNetwork,
  SimNode,
  type World,
} from '@paxkv/simulator';
import { ServerHost } from '../server/server-host.ts';
import type { ServerNetwork } from '../server/server-network.ts';
import type { Settings } from '../settings.ts';
import { PeerProgram } from '../store/peer-program.ts';
import type { Core } from './core.ts';
import type { Program } from './program.ts';
import type { Witness } from './witness.ts';

export interface HostParts {
  readonly world: World;
  readonly network: SimNetwork<string>;
  readonly core: Core;
  readonly settings: Settings;
  readonly witness: Required<Witness>;
  /** Absent if the peers are not in whole servers. */
  readonly servers: ServerNetwork | undefined;
}

const diskPace = { delayMsMin: 1, delayMsMax: 3 };

export class PeerHost {
  readonly me: number;
  readonly clock: NodeClock;
  readonly #parts: HostParts;
  readonly #disk: SimDisk<string>;
  readonly #server: ServerHost | undefined;
  readonly #node: SimNode<Program>;

  constructor(me: number, parts: HostParts) {
    const { world, witness, servers } = parts;
    this.me = me;
    this.#parts = parts;
    this.clock = world.nodeClock();
    this.#disk = new SimDisk<string>(world, {
      random: world.random(`disk ${me}`),
      copy: (write) => write,
      watch: (fate, writes) => witness.onWriteEnded(me, fate, writes),
      ...diskPace,
    });
    this.#server = servers && new ServerHost(me, world, servers);
    this.#node = new SimNode(world, (lifetime) => this.#boot(lifetime), this.clock);
  }

  get program(): Program | undefined {
    return this.#node.program;
  }

  get isUp(): boolean {
    return this.#node.isUp;
  }

  get isPaused(): boolean {
    return this.#node.isPaused;
  }

  /** Starts the peer, if it is not up. */
  start(): void {
    if (this.#node.isUp) return;
    this.#node.start().then(
      () => this.#parts.witness.onUp(this.me),
      // The peer crashed while it was starting.
      () => {},
    );
  }

  crash(): void {
    if (!this.#node.isUp) return;
    this.#node.crash();
    this.#parts.witness.onDown(this.me);
  }

  /** Stops the program cleanly, as its host would. */
  stop(): void {
    this.#node.program?.stop().then(() => this.crash());
  }

  /** Crashes the peer and empties its disks; that of the peer then reports that it lost its contents. */
  wipe(): void {
    this.crash();
    this.#disk.wipe('lost');
    this.#server?.wipe();
    this.#parts.witness.onWiped(this.me);
  }

  pause(): void {
    this.#node.pause();
  }

  resume(): void {
    this.#node.resume();
  }

  async #boot({ clock, gate, onCrash }: Lifetime): Promise<Program> {
    const { me } = this;
    const { world, network, core, settings, witness } = this.#parts;
    onCrash(() => network.unplug(me));
    onCrash(() => this.#disk.crash());
    onCrash(() => this.#server?.crash());
    const parts = {
      ...{ me, settings, core, clock, gate, witness },
      random: world.random(`paxos ${me}`),
      transport: gate.transport(this.#watchedTransport(network.transport(me))),
      storage: gate.storage(this.#watchedStorage(this.#disk.open())),
    };
    return this.#server === undefined ? PeerProgram.boot(parts) : this.#server.boot(parts);
  }

  #watchedTransport(transport: Transport<string>): Transport<string> {
    const { witness } = this.#parts;
    return {
      open: (inbox) => transport.open(inbox),
      send: (envelope) => {
        witness.onSent(envelope);
        transport.send(envelope);
      },
      close: () => transport.close(),
    };
  }

  #watchedStorage(storage: Storage<string>): Storage<string> {
    const { witness } = this.#parts;
    return {
      load: () => storage.load(),
      write: (writes) => {
        witness.onWriteBegun(this.me, writes);
        return storage.write(writes);
      },
      close: () => storage.close(),
    };
  }
}
