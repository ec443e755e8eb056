/**
 * Carries every message separately, and loses messages silently. Only the state of the link when a
 * message is sent matters: if the link is cut later, the message still arrives, perhaps much later.
 */
import { type Envelope, isAnswer, type PeerId } from '@paxkv/paxos';
import type { Carrier, CarrierContext, Occupancy } from './carrier.ts';
import type { DatagramProfile, FaultProfile } from './fault-profile.ts';
import { type Flight, Flights } from './flights.ts';
import type { SimTransport } from './sim-transport.ts';

/** A message on a slow link takes at most so many times its mean extra delay. */
const lagTailMax = 20;

/** The state of one direction between two peers. */
interface Lane {
  clogged: { readonly untilMs: number };
  latest: { readonly arrivalMs: number };
  /** When the link has sent all messages before. */
  freeMs: number;
}

export class DatagramCarrier<V> implements Carrier<V> {
  readonly flights: Flights<V>;
  readonly #context: CarrierContext<V>;
  #profile: DatagramProfile;
  readonly #lanes = new Map<string, Lane>();

  constructor(context: CarrierContext<V>, profile: DatagramProfile) {
    this.#context = context;
    this.#profile = profile;
    this.flights = new Flights(context.world, {
      report: context.report,
      deliver: (flight, copy) => this.#deliver(flight, copy),
    });
  }

  send(envelope: Envelope<V>): void {
    const { random } = this.#context;
    const isFaulty = this.#context.isUnreliable(envelope.to);
    if (!this.#canPass(envelope) || (isFaulty && random.chance(this.#profile.lossChance))) {
      this.#context.report('lost', envelope);
      return;
    }
    const lane = this.#lane(envelope.from, envelope.to);
    const occupancy = this.#context.occupancyOf(envelope);
    if (lane.freeMs - this.#context.world.now() > occupancy.queueMsMax) {
      this.#context.report('lost', envelope);
      return;
    }
    if (isFaulty) this.#clog(lane, envelope);
    this.#post(envelope, lane, occupancy);
    if (isFaulty && random.chance(this.#profile.repeatChance)) {
      this.#context.report('repeated', envelope);
      this.#post(envelope, lane, occupancy);
    }
  }

  setProfile(profile: FaultProfile): void {
    if (profile.type !== 'datagrams')
      throw new TypeError('cannot change a network of datagrams to calls');
    this.#profile = profile;
  }

  /** Senders are not notified: they only get no answer. */
  onClosed(): void {}

  #canPass({ from, to, message }: Envelope<V>): boolean {
    const { links } = this.#context;
    const isHeard = isAnswer(message) || !links.isDeaf(to);
    return isHeard && links.isOpen(from, to);
  }

  #clog(lane: Lane, envelope: Envelope<V>): void {
    const { world, random } = this.#context;
    if (random.chance(this.#profile.clogChance)) {
      lane.clogged = { untilMs: world.now() + random.between(0, this.#profile.clogMsMax) };
      this.#context.report('clogged', envelope);
    }
  }

  #post(envelope: Envelope<V>, lane: Lane, occupancy: Occupancy): void {
    const copy = this.#context.copy(envelope);
    this.flights.add(envelope, copy, this.#arrivalMs(lane, envelope, occupancy));
  }

  #deliver({ envelope }: Flight<V>, copy: Envelope<V>): void {
    const receiver: SimTransport<V> | undefined = this.#context.transportAt(envelope.to);
    this.#context.report(receiver === undefined ? 'lost' : 'delivered', envelope);
    receiver?.receive(copy);
  }

  #arrivalMs(lane: Lane, { from, to }: Envelope<V>, { ms }: Occupancy): number {
    const { world, random, links } = this.#context;
    const sentMs = Math.max(world.now(), lane.clogged.untilMs, ms > 0 ? lane.freeMs : 0) + ms;
    if (ms > 0) lane.freeMs = sentMs;
    const freeMs = sentMs + this.#delayMs(links.lagOf(from, to));
    const mayOvertake = random.chance(this.#profile.reorderChance);
    const arrivalMs = mayOvertake ? freeMs : Math.max(freeMs, lane.latest.arrivalMs);
    lane.latest = { arrivalMs: Math.max(arrivalMs, lane.latest.arrivalMs) };
    return arrivalMs;
  }

  /** A Lomax distribution of shape 2: most delays are short, and a few are longer by orders of magnitude. */
  #delayMs(lagMs: number): number {
    const { delayMsMin, delayMsMean, delayMsMax } = this.#profile;
    const tail = 1 / Math.sqrt(1 - this.#context.random.next()) - 1;
    const boundMs = Math.max(delayMsMax, lagMs * lagTailMax);
    return Math.min(boundMs, delayMsMin + (delayMsMean - delayMsMin + lagMs) * tail);
  }

  #lane(from: PeerId, to: PeerId): Lane {
    const key = `${from}>${to}`;
    const known = this.#lanes.get(key);
    if (known !== undefined) return known;
    const lane: Lane = { clogged: { untilMs: 0 }, latest: { arrivalMs: 0 }, freeMs: 0 };
    this.#lanes.set(key, lane);
    return lane;
  }
}
