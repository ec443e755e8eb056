/** The lab in real time: Unix sockets, one process. Chance comes from the seed, timing does not. */
import type { Clock, PeerId, Storage } from '@paxkv/paxos';
import { SeededRandom } from '@paxkv/simulator';
import type { LabValue } from './ledger.ts';
import { MemoryStorage } from './memory-storage.ts';
import { RealClock } from './real-clock.ts';
import { SocketNetwork } from './socket-network.ts';
import type { LabNetwork, LabWorld } from './world.ts';

export class SocketWorld implements LabWorld {
  readonly clock: Clock = new RealClock();
  readonly #random: SeededRandom;

  constructor(seed: number) {
    this.#random = new SeededRandom(seed);
  }

  async run(main: () => Promise<void>): Promise<void> {
    await main();
  }

  random(name: string): SeededRandom {
    return this.#random.stream(name);
  }

  async sleep(ms: number): Promise<void> {
    await new Promise<void>((resolve) => {
      this.clock.at(this.clock.now() + ms, resolve);
    });
  }

  async openNetwork(peerCount: number): Promise<LabNetwork> {
    return SocketNetwork.open(peerCount, this.random('network'));
  }

  openStorage(_peer: PeerId): Storage<LabValue> {
    return new MemoryStorage();
  }
}
