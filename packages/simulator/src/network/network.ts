/** A network between simulated peers that loses, delays and repeats messages by a profile, and cuts links on demand. */
import type { Envelope, Message, PeerId, Transport } from '@paxkv/paxos';
import type { SeededRandom } from '../seeded-random.ts';
import type { World } from '../world.ts';
import { CallCarrier } from './call-carrier.ts';
import type { Carrier, CarrierContext, Fate, Occupancy } from './carrier.ts';
import { DatagramCarrier } from './datagram-carrier.ts';
import { type FaultProfile, reliable } from './fault-profile.ts';
import type { Flights } from './flights.ts';
import { type HintProfile, Hints, noHints } from './hints.ts';
import { Links } from './links.ts';
import { MessageCounts } from './message-counts.ts';
import { type Exchange, SimTransport } from './sim-transport.ts';

const freely: Occupancy = { ms: 0, queueMsMax: Number.POSITIVE_INFINITY };

/** The speed of each link in one direction. */
export interface Bandwidth<V> {
  readonly bytesPerMs: number;
  /** How many bytes wait for a link at most. A message that finds more is lost. Counts only for datagrams. */
  readonly queueBytesMax: number;
  /** How many bytes a message takes. */
  readonly sizeOf: (envelope: Envelope<V>) => number;
}

/** How a network behaves. */
export interface SimNetworkOptions<V> {
  readonly peerCount: number;
  /** Default: `reliable`. */
  readonly profile?: FaultProfile;
  /** How peers are notified of connections that ended. Default: never. */
  readonly hints?: HintProfile;
  /** Default: the world's stream `network`. */
  readonly random?: SeededRandom;
  /** How fast each link carries bytes. Default: no message takes time for its size. */
  readonly bandwidth?: Bandwidth<V>;
  /** Copies each message, so that peers never share an object. Default: `structuredClone`. */
  readonly copy?: (envelope: Envelope<V>) => Envelope<V>;
  /** Called with the fate of every message, at the moment it is settled. */
  readonly watch?: (fate: Fate, envelope: Envelope<V>) => void;
}

/** Peers are numbered from 0. Every method that names a peer throws a TypeError for an unknown one. */
export class SimNetwork<V> {
  readonly #links: Links;
  readonly #counts = new MessageCounts();
  readonly #unreliable = new Set<PeerId>();
  readonly #transports = new Map<PeerId, SimTransport<V>>();
  readonly #carrier: Carrier<V>;
  readonly #exchange: Exchange<V>;
  readonly #hints: Hints<V>;
  #bandwidth: Bandwidth<V> | undefined;

  constructor(world: World, options: SimNetworkOptions<V>) {
    const { peerCount, profile = reliable, random = world.random('network') } = options;
    const { hints = noHints } = options;
    this.#links = new Links(peerCount);
    this.#bandwidth = options.bandwidth;
    this.#hints = new Hints(world, hints, (peer) => this.#transports.get(peer));
    for (let peer = 0; peer < peerCount; peer += 1) this.setUnreliable(peer, profile.isUnreliable);
    this.#carrier = carrierOf(this.#context(world, random, options), profile);
    this.#exchange = this.#exchangeOver(this.#carrier);
  }

  /** A fresh transport for one boot of the peer. Only one transport of a peer can be open at a time. */
  transport(peer: PeerId): Transport<V> {
    return new SimTransport(this.#links.known(peer), this.#exchange);
  }

  /** Ends the open transport of the peer at once, if there is one, as a crash does. */
  unplug(peer: PeerId): void {
    this.#transports.get(this.#links.known(peer))?.unplug();
  }

  /**
   * Changes the faults of messages sent from now on. Unreliable peers stay unreliable.
   *
   * @throws TypeError if the profile would change calls to datagrams, or datagrams to calls.
   */
  setProfile(profile: FaultProfile): void {
    this.#carrier.setProfile(profile);
  }

  /** Changes how fast links carry messages sent from now on. `undefined`: none takes time for its size. */
  setBandwidth(bandwidth: Bandwidth<V> | undefined): void {
    this.#bandwidth = bandwidth;
  }

  /** Changes how peers are notified of connections that end from now on. */
  setHints(hints: HintProfile): void {
    this.#hints.setProfile(hints);
  }

  /** Whether messages to this peer suffer the faults of the profile. */
  setUnreliable(peer: PeerId, isUnreliable: boolean): void {
    if (isUnreliable) this.#unreliable.add(this.#links.known(peer));
    else this.#unreliable.delete(this.#links.known(peer));
  }

  /** From now on no request reaches this peer. Answers to its own requests do. */
  deafen(peer: PeerId): void {
    this.#links.deafen(peer);
  }

  /** Requests reach this peer again. */
  undeafen(peer: PeerId): void {
    this.#links.undeafen(peer);
  }

  /**
   * Only peers of the same group reach each other; a peer in no group reaches no other. Replaces the last
   * partition. Messages on their way still arrive, and open calls are still answered.
   */
  partition(groups: readonly (readonly PeerId[])[]): void {
    this.#links.partition(groups);
  }

  /** Ends the partition and all cuts. Deaf peers stay deaf. */
  heal(): void {
    this.#links.heal();
  }

  /**
   * Cuts one direction. In a network of calls this stops only requests, since an answer travels on its call.
   * In a network of datagrams it stops every message in this direction.
   */
  cut(from: PeerId, to: PeerId): void {
    this.#links.cut(from, to);
    this.#hints.notify(from, to);
    this.#hints.notify(to, from);
  }

  /** Undoes a cut. */
  mend(from: PeerId, to: PeerId): void {
    this.#links.mend(from, to);
  }

  /**
   * Messages sent in this direction from now on take longer, at random: by `delayMsMean` on average, in
   * milliseconds. 0 ends it.
   *
   * @throws RangeError for a negative time.
   */
  slow(from: PeerId, to: PeerId, delayMsMean: number): void {
    this.#links.slow(from, to, delayMsMean);
  }

  /** Whether a cut or a partition stops messages from one to the other. */
  isCut(from: PeerId, to: PeerId): boolean {
    return !this.#links.isOpen(from, to);
  }

  /** How many requests `receiver` got, or all receivers did, including requests whose answer was lost. */
  requestCount(receiver?: PeerId): number {
    return this.#counts.requests(receiver);
  }

  /** How many messages of this type were delivered. */
  deliveredCount(type: Message<V>['type']): number {
    return this.#counts.delivered(type);
  }

  /** How many messages had this fate. */
  fateCount(fate: Fate): number {
    return this.#counts.fate(fate);
  }

  /** The messages in transit, to lose, delay or repeat them one by one. @throws TypeError for calls. */
  get flights(): Flights<V> {
    const { flights } = this.#carrier;
    if (flights === undefined)
      throw new TypeError('Calls are not listed: use a profile of datagrams.');
    return flights;
  }

  #context(world: World, random: SeededRandom, options: SimNetworkOptions<V>): CarrierContext<V> {
    const { copy = structuredClone, watch } = options;
    return {
      occupancyOf: (envelope) => this.#occupancyOf(envelope),
      world,
      random,
      links: this.#links,
      copy,
      isUnreliable: (peer) => this.#unreliable.has(peer),
      transportAt: (peer) => this.#transports.get(peer),
      report: (fate, envelope) => {
        this.#counts.count(fate, envelope);
        watch?.(fate, envelope);
      },
    };
  }

  #occupancyOf(envelope: Envelope<V>): Occupancy {
    const bandwidth = this.#bandwidth;
    if (bandwidth === undefined) return freely;
    const { bytesPerMs, sizeOf, queueBytesMax } = bandwidth;
    return { ms: sizeOf(envelope) / bytesPerMs, queueMsMax: queueBytesMax / bytesPerMs };
  }

  #exchangeOver(carrier: Carrier<V>): Exchange<V> {
    return {
      attach: (transport) => this.#attach(transport),
      detach: (transport) => {
        this.#transports.delete(transport.peer);
        carrier.onClosed(transport);
        for (const listener of this.#transports.keys())
          this.#hints.notify(listener, transport.peer);
      },
      send: (envelope, sender) => {
        this.#check(envelope, sender);
        carrier.send(envelope, sender);
      },
    };
  }

  #attach(transport: SimTransport<V>): void {
    if (this.#transports.has(transport.peer)) {
      throw new TypeError(`another transport of peer ${transport.peer} is open`);
    }
    this.#transports.set(transport.peer, transport);
  }

  #check({ from, to }: Envelope<V>, sender: SimTransport<V>): void {
    if (from !== sender.peer)
      throw new TypeError(`peer ${sender.peer} must not send as peer ${from}`);
    if (this.#links.known(to) === from) throw new TypeError(`peer ${from} must not send to itself`);
  }
}

function carrierOf<V>(context: CarrierContext<V>, profile: FaultProfile): Carrier<V> {
  return profile.type === 'calls'
    ? new CallCarrier(context, profile)
    : new DatagramCarrier(context, profile);
}
