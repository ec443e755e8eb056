/** The parts of a server that outlive a boot, and how its replica is started on them. */
import { limitsDefault } from '@paxkv/kvserver/internal/config/limits';
import { Replica } from '@paxkv/kvserver/internal/replica/index';
import type { StateLevel } from '@paxkv/kvserver/internal/storage/state/state-database';
import type { Paxos } from '@paxkv/paxos';
import { id128Bytes } from '@paxkv/protocol';
import { LevelDisk, type World } from '@paxkv/simulator';
import { MemoryLevel } from 'memory-level';
import type { BootParts } from '../world/program.ts';
import { labelledStorage, labelledTransport } from './labelled.ts';
import type { ServerNetwork } from './server-network.ts';
import { ServerProgram } from './server-program.ts';
import { watchedCore } from './watched-core.ts';

type Bytes = Uint8Array;

export class ServerHost {
  readonly #me: number;
  readonly #world: World;
  readonly #network: ServerNetwork;
  readonly #state: LevelDisk<StateLevel>;
  #bootCount = 0;

  constructor(me: number, world: World, network: ServerNetwork) {
    this.#me = me;
    this.#world = world;
    this.#network = network;
    this.#state = new LevelDisk(world, { empty: emptyLevel, random: world.random(`state ${me}`) });
  }

  async boot(parts: BootParts): Promise<ServerProgram> {
    const { me, settings, core, clock, gate, random, witness } = parts;
    const { labels, forwards, states, checksums } = this.#network;
    const pass = (deliver: () => void) => gate.pass(deliver);
    const entropy = this.#world.random(`entropy ${me}`);
    let peer: Paxos<Bytes> | undefined;
    this.#bootCount += 1;
    const replica = await Replica.open({
      ...{ me, clock, random, limits: limitsDefault },
      runId: this.#bootCount,
      peerCount: settings.peerCount,
      core: watchedCore(core, {
        onLoaded: (paxos) => {
          peer = paxos;
        },
        onProposed: (seq, value) => witness.onProposed(me, { seq, value: labels.labelOf(value) }),
        onDecided: (seq, value) => witness.onDecided(me, { seq, value: labels.labelOf(value) }),
        onAdmitted: () => witness.onAdmitted(me),
      }),
      transport: labelledTransport(parts.transport, labels),
      storage: labelledStorage(parts.storage, labels),
      state: await this.#state.open(gate),
      stateTransfer: {
        port: states.port(me, pass),
        replace: (fill) => this.#state.replace(fill, gate),
      },
      checksums: checksums.port(me, pass),
      isCandidate: settings.isLed,
      ...(settings.isLed && { forwarding: forwards.port(me, pass) }),
      drawEntropy: () =>
        Uint8Array.from({ length: id128Bytes }, () => Math.floor(entropy.next() * 256)),
      onLeader: (leader) => witness.onLeader(me, leader),
      onStopped: (error) => witness.onFailed(me, error),
    });
    if (peer === undefined) throw new TypeError('The replica loaded no peer.');
    return new ServerProgram({ me, replica, peer, gate, labels, witness });
  }

  crash(): void {
    this.#network.unplug(this.#me);
    this.#state.crash();
  }

  /** Empties the disk of the state, while the server is down. */
  wipe(): void {
    this.#state.wipe();
  }
}

function emptyLevel(): MemoryLevel<Bytes, Bytes> {
  return new MemoryLevel({ keyEncoding: 'view', valueEncoding: 'view', storeEncoding: 'view' });
}
