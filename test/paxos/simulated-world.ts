/** The lab in virtual time: a simulated network and simulated disks, all from one seed. */
import type { Clock, PeerId, Storage } from '@paxkv/paxos';
import { type SeededRandom, SimDisk, SimNetwork, World } from '@paxkv/simulator';
import type { LabValue } from './ledger.ts';
import { type LabNetwork, type LabWorld, runMsMax } from './world.ts';

export class SimulatedWorld implements LabWorld {
  readonly clock: Clock;
  readonly #world: World;

  constructor(seed: number) {
    this.#world = new World({ seed });
    this.clock = this.#world.clock;
  }

  async run<T>(main: () => Promise<T>): Promise<T> {
    return this.#world.run(main, { withinMs: runMsMax });
  }

  random(name: string): SeededRandom {
    return this.#world.random(name);
  }

  async sleep(ms: number): Promise<void> {
    await this.#world.sleep(ms);
  }

  async openNetwork(peerCount: number): Promise<LabNetwork> {
    const network = new SimNetwork<LabValue>(this.#world, { peerCount });
    return {
      transport: (peer) => network.transport(peer),
      setUnreliable: (peer, unreliable) => network.setUnreliable(peer, unreliable),
      deafen: async (peer) => network.deafen(peer),
      partition: async (groups) => network.partition(groups),
      requestCount: () => network.requestCount(),
      close: async () => {},
    };
  }

  openStorage(peer: PeerId): Storage<LabValue> {
    const random = this.random(`disk ${peer}`);
    return new SimDisk<LabValue>(this.#world, { random }).open();
  }
}
