/** Carries states between simulated replicas, as badly as a test wants. */
import type { StateMessage, StatePort } from '@paxkv/kvserver/replica/state-transfer/state-port';
import type { World } from '@paxkv/simulator';

export interface StateNetworkFaults {
  readonly lossChance: number;
  readonly repeatChance: number;
  /** What arrives instead of a message, for a network that harms what it carries. */
  readonly harm: (message: StateMessage) => StateMessage;
}

const delayMs = { min: 0.1, max: 5 } as const;

export class StateNetwork {
  /** Messages given to the network so far, by type. */
  readonly counts = { fetch: 0, page: 0, refused: 0 };
  readonly #world: World;
  readonly #faults: StateNetworkFaults;
  readonly #receivers = new Map<number, (from: number, message: StateMessage) => void>();

  constructor(world: World, faults: Partial<StateNetworkFaults> = {}) {
    this.#world = world;
    this.#faults = { lossChance: 0, repeatChance: 0, harm: (message) => message, ...faults };
  }

  /** For one boot of a node. */
  port(me: number): StatePort {
    return {
      open: (receive) => this.#receivers.set(me, receive),
      send: (to, message) => this.#send(me, to, message),
      close: () => this.unplug(me),
    };
  }

  unplug(me: number): void {
    this.#receivers.delete(me);
  }

  #send(from: number, to: number, message: StateMessage): void {
    const random = this.#world.random('state network');
    this.counts[message.type] += 1;
    if (random.chance(this.#faults.lossChance)) return;
    const times = random.chance(this.#faults.repeatChance) ? 2 : 1;
    for (let time = 0; time < times; time += 1) {
      this.#world.schedule(random.between(delayMs.min, delayMs.max), () => {
        this.#receivers.get(to)?.(from, this.#faults.harm(structuredClone(message)));
      });
    }
  }
}
