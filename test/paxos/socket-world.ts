/** The lab in real time: Unix sockets, one process. Randomness comes from the seed, timing does not. */
import type { Clock, PeerId, Storage } from '@paxkv/paxos';
import { SeededRandom } from '@paxkv/simulator';
import type { LabValue } from './ledger.ts';
import { MemoryStorage } from './memory-storage.ts';
import { RealClock } from './real-clock.ts';
import { SocketNetwork } from './socket-network.ts';
import { type LabNetwork, type LabWorld, runMsMax } from './world.ts';

export class SocketWorld implements LabWorld {
  readonly clock: Clock = new RealClock();
  readonly #random: SeededRandom;

  constructor(seed: number) {
    this.#random = new SeededRandom(seed);
  }

  async run<T>(main: () => Promise<T>): Promise<T> {
    let callOff = () => {};
    const late = new Promise<never>((_, reject) => {
      const giveUp = () => reject(new Error(`the run has not ended after ${runMsMax} ms`));
      callOff = this.clock.at(this.clock.now() + runMsMax, giveUp);
    });
    try {
      return await Promise.race([main(), late]);
    } finally {
      callOff();
    }
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
