/** Carries whole states between servers, one page after the other, on links that fail as the others do. */
import type { StateMessage, StatePort } from '@paxkv/kvserver/replica/state-transfer/state-port';
import type { Gate, SeededRandom, World } from '@paxkv/simulator';

type Receive = (from: number, message: StateMessage) => void;

export interface StateWaysOptions {
  readonly lossChance: number;
  readonly repeatChance: number;
  readonly delayMsMax: number;
  readonly isCut: (from: number, to: number) => boolean;
  /** Told of each message that arrives. */
  readonly onDelivered: (from: number, to: number, message: StateMessage) => void;
}

export class StateWays {
  readonly #world: World;
  readonly #random: SeededRandom;
  readonly #receivers = new Map<number, Receive>();
  #options: StateWaysOptions;

  constructor(world: World, options: StateWaysOptions) {
    this.#world = world;
    this.#random = world.random('state ways');
    this.#options = options;
  }

  /** For one boot of a server, behind its gate. */
  port(me: number, gate: Gate): StatePort {
    return {
      open: (receive) => {
        this.#receivers.set(me, (from, message) => gate.pass(() => receive(from, message)));
      },
      send: (to, message) => this.#send(me, to, message),
      close: () => this.unplug(me),
    };
  }

  unplug(me: number): void {
    this.#receivers.delete(me);
  }

  /** From now on nothing goes wrong but for cut links. */
  calm(): void {
    this.#options = { ...this.#options, lossChance: 0, repeatChance: 0, delayMsMax: 5 };
  }

  #send(from: number, to: number, message: StateMessage): void {
    const { isCut, lossChance, repeatChance, delayMsMax, onDelivered } = this.#options;
    if (isCut(from, to) || this.#random.chance(lossChance)) return;
    const count = this.#random.chance(repeatChance) ? 2 : 1;
    for (let copy = 0; copy < count; copy += 1) {
      this.#world.schedule(this.#random.between(0.1, delayMsMax), () => {
        const receive = this.#receivers.get(to);
        if (receive === undefined) return;
        onDelivered(from, to, message);
        receive(from, structuredClone(message));
      });
    }
  }
}
