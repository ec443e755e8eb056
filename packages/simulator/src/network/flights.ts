/**
 * Flights: the messages in transit. A host may lose, delay or repeat each of them by its number. Only a
 * network of datagrams lists its messages here.
 */
import type { Envelope } from '@paxkv/paxos';
import type { World } from '../world.ts';

/** A datagram on its way. */
export interface Flight<V> {
  /** The number of the message, from 0, in the order in which messages were sent. */
  readonly id: number;
  readonly envelope: Envelope<V>;
  readonly sentMs: number;
  readonly arrivalMs: number;
}

/** What the flights need of the network. */
export interface FlightsOptions<V> {
  readonly report: (fate: 'lost' | 'repeated', envelope: Envelope<V>) => void;
  /** Hands the message to its receiver, if there is one. */
  readonly deliver: (flight: Flight<V>, copy: Envelope<V>) => void;
}

interface Entry<V> {
  readonly flight: Flight<V>;
  readonly copy: Envelope<V>;
  readonly cancel: () => void;
}

/** The datagrams of a network that are on their way. */
export class Flights<V> {
  readonly #world: World;
  readonly #options: FlightsOptions<V>;
  readonly #entries = new Map<number, Entry<V>>();
  #count = 0;

  constructor(world: World, options: FlightsOptions<V>) {
    this.#world = world;
    this.#options = options;
  }

  /** All messages in transit, in the order in which they were sent. */
  get all(): Flight<V>[] {
    return [...this.#entries.values()].map(({ flight }) => flight);
  }

  /** Adds a message. `copy` arrives in place of `envelope`. */
  add(envelope: Envelope<V>, copy: Envelope<V>, arrivalMs: number): void {
    const flight = { id: this.#count, envelope, sentMs: this.#world.now(), arrivalMs };
    this.#count += 1;
    this.#schedule(flight, copy);
  }

  /** The message never arrives. Returns whether it was in transit. */
  lose(id: number): boolean {
    const entry = this.#take(id);
    if (entry !== undefined) this.#options.report('lost', entry.flight.envelope);
    return entry !== undefined;
  }

  /** The message arrives `byMs` later than it would have. Returns whether it was in transit. */
  delay(id: number, byMs: number): boolean {
    const entry = this.#take(id);
    if (entry === undefined) return false;
    const { flight, copy } = entry;
    this.#schedule({ ...flight, arrivalMs: flight.arrivalMs + byMs }, copy);
    return true;
  }

  /** The message arrives a second time, `afterMs` after the first. Returns whether it was in transit. */
  repeat(id: number, afterMs: number): boolean {
    const entry = this.#entries.get(id);
    if (entry === undefined) return false;
    const { flight, copy } = entry;
    this.#options.report('repeated', flight.envelope);
    this.add(flight.envelope, copy, flight.arrivalMs + afterMs);
    return true;
  }

  #take(id: number): Entry<V> | undefined {
    const entry = this.#entries.get(id);
    entry?.cancel();
    this.#entries.delete(id);
    return entry;
  }

  #schedule(flight: Flight<V>, copy: Envelope<V>): void {
    const cancel = this.#world.clock.at(flight.arrivalMs, () => {
      this.#entries.delete(flight.id);
      this.#options.deliver(flight, copy);
    });
    this.#entries.set(flight.id, { flight, copy, cancel });
  }
}
