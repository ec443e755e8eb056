/** A network with faults for the messages of simulated hosts other than those of Paxos. */
import type { SeededRandom } from '../seeded-random.ts';
import type { World } from '../world.ts';

/** Where one incarnation of a node sends and receives messages of one kind. */
export interface Port<Message> {
  /** Delivers to `receive`. Called once, before any `send`. */
  open(receive: (from: number, message: Message) => void): void;
  /** Sends without waiting. A message that cannot be sent is lost. */
  send(to: number, message: Message): void;
  /** Stops delivering. */
  close(): void;
}

/** What the network does to messages. Chances are from 0 to 1. */
export interface PortFaults<Message> {
  readonly lossChance: number;
  readonly repeatChance: number;
  readonly delayMsMax: number;
  /** Whether messages in this direction are lost. */
  readonly isCut: (from: number, to: number) => boolean;
  /** Copies a message, so that servers share no object. */
  readonly copy: (message: Message, from: number, to: number) => Message;
  /** How long a message takes for its size, in milliseconds. */
  readonly sendMsOf: (message: Message) => number;
  /** Replaces a message, for a network that corrupts messages. */
  readonly harm: (message: Message) => Message;
  /** Called with each message that arrives. */
  readonly onDelivered: (from: number, to: number, message: Message) => void;
}

/** Carries messages of one kind between nodes, each by itself, after a random delay. */
export class PortNetwork<Message extends { readonly type: string }> {
  readonly #world: World;
  readonly #random: SeededRandom;
  readonly #receivers = new Map<number, (from: number, message: Message) => void>();
  readonly #sentCounts = new Map<string, number>();
  #faults: PortFaults<Message>;

  constructor(world: World, name: string, faults: Partial<PortFaults<Message>> = {}) {
    this.#world = world;
    this.#random = world.random(name);
    this.#faults = {
      ...{ lossChance: 0, repeatChance: 0, delayMsMax: 5, isCut: () => false },
      ...{ harm: (message: Message) => message, onDelivered: () => {} },
      ...{ copy: (message: Message) => structuredClone(message), sendMsOf: () => 0 },
      ...faults,
    };
  }

  /** The port of one incarnation of a node; what arrives goes through `pass`. */
  port(me: number, pass: (deliver: () => void) => void = (deliver) => deliver()): Port<Message> {
    return {
      open: (receive) => {
        this.#receivers.set(me, (from, message) => pass(() => receive(from, message)));
      },
      send: (to, message) => this.#send(me, to, message),
      close: () => this.unplug(me),
    };
  }

  /** The node receives nothing from now on, until its port is opened. */
  unplug(me: number): void {
    this.#receivers.delete(me);
  }

  /** Number of messages of this type sent so far. */
  sentCount(type: Message['type']): number {
    return this.#sentCounts.get(type) ?? 0;
  }

  /** From now on no faults except for cut links. */
  calm(): void {
    this.#faults = { ...this.#faults, lossChance: 0, repeatChance: 0, delayMsMax: 5 };
    this.#faults = { ...this.#faults, sendMsOf: () => 0 };
  }

  #send(from: number, to: number, message: Message): void {
    const { isCut, lossChance, repeatChance, delayMsMax, harm, onDelivered } = this.#faults;
    const { copy, sendMsOf } = this.#faults;
    this.#sentCounts.set(message.type, this.sentCount(message.type) + 1);
    if (isCut(from, to) || this.#random.chance(lossChance)) return;
    const count = this.#random.chance(repeatChance) ? 2 : 1;
    const sendMs = sendMsOf(message);
    for (let time = 0; time < count; time += 1) {
      const copied = copy(message, from, to);
      this.#world.schedule(sendMs + this.#random.between(0.1, delayMsMax), () => {
        const receive = this.#receivers.get(to);
        if (receive === undefined) return;
        onDelivered(from, to, message);
        receive(from, harm(copied));
      });
    }
  }
}
