/** The messages in transit as frames show them, and the fates of those that ended. */
import type { Envelope } from '@paxkv/paxos';
import type { Flight } from '@paxkv/simulator';
import { factsOf } from '../protocol/messages.ts';
import type { FlightView, Occurrence } from './frame.ts';

export class FlightViews {
  /** The messages at the last frame, by number. */
  #views: ReadonlyMap<number, FlightView> = new Map();
  /** How messages ended since the last frame. */
  #ends = new Map<Envelope<string>, 'arrived' | 'lost'>();
  #envelopes = new Set<Envelope<string>>();

  /** Records how a message ended. Returns whether it was in transit at the last frame. */
  end(envelope: Envelope<string>, end: 'arrived' | 'lost'): boolean {
    this.#ends.set(envelope, end);
    return this.#envelopes.has(envelope);
  }

  update(flights: readonly Flight<string>[]) {
    const views = new Map(flights.map((flight) => [flight.id, this.#view(flight)]));
    const sent = [...views.values()].filter(({ id }) => !this.#views.has(id));
    const ended = [...this.#views.values()].filter(({ id }) => !views.has(id));
    const ends = this.#takeEnds(ended);
    this.#views = views;
    this.#envelopes = new Set(flights.map(({ envelope }) => envelope));
    const occurrences: Occurrence[] = [
      ...ended.map((flight) => ({ type: ends.get(flight.id) ?? 'lost', flight }) as const),
      ...sent.map((flight) => ({ type: 'sent', flight }) as const),
    ];
    return { flights: [...views.values()], occurrences };
  }

  #takeEnds(ended: readonly FlightView[]): Map<number, 'arrived' | 'lost'> {
    const ends = new Map<number, 'arrived' | 'lost'>();
    const all = [...this.#ends.values()];
    // An event ends only one message. If an action ends another one, that message is lost.
    for (const { id } of ended) ends.set(id, all.includes('arrived') ? 'arrived' : 'lost');
    this.#ends = new Map();
    return ends;
  }

  #view({ id, envelope, sentMs, arrivalMs }: Flight<string>): FlightView {
    const known = this.#views.get(id);
    if (known !== undefined && known.arrivalMs === arrivalMs) return known;
    const { from, to, message } = envelope;
    return { ...factsOf(message), id, from, to, sentMs, arrivalMs };
  }
}
