/** A network between simulated peers, which loses, delays, repeats and cuts by a profile and on demand. */
import type { Envelope, Message, PeerId, Transport } from '@paxkv/paxos';
import type { SeededRandom } from '../seeded-random.ts';
import type { World } from '../world.ts';
import { CallCarrier } from './call-carrier.ts';
import type { Carrier, Fate, Ground } from './carrier.ts';
import { DatagramCarrier } from './datagram-carrier.ts';
import { type FaultProfile, reliable } from './fault-profile.ts';
import { type HintProfile, Hints, noHints } from './hints.ts';
import { Links } from './links.ts';
import { MessageCounts } from './message-counts.ts';
import { type Exchange, SimTransport } from './sim-transport.ts';

/** How a network behaves. */
export interface SimNetworkOptions<V> {
  readonly peerCount: number;
  /** `reliable` by default. */
  readonly profile?: FaultProfile;
  /** Whether peers hear of connections that ended; by default they do not. */
  readonly hints?: HintProfile;
  /** The world's stream `network` by default. */
  readonly random?: SeededRandom;
  /** Makes what arrives, so that peers never share an object; `structuredClone` by default. */
  readonly copy?: (envelope: Envelope<V>) => Envelope<V>;
  /** Sees what becomes of every message, at the moment it becomes of it. */
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

  constructor(world: World, options: SimNetworkOptions<V>) {
    const { peerCount, profile = reliable, random = world.random('network') } = options;
    const { hints = noHints } = options;
    this.#links = new Links(peerCount);
    this.#hints = new Hints(world, hints, (peer) => this.#transports.get(peer));
    for (let peer = 0; peer < peerCount; peer += 1) this.setUnreliable(peer, profile.isUnreliable);
    this.#carrier = carrierOf(this.#ground(world, random, options), profile);
    this.#exchange = this.#exchangeOver(this.#carrier);
  }

  /** A fresh transport, for one boot of the peer. Of one peer only one can be open at a time. */
  transport(peer: PeerId): Transport<V> {
    return new SimTransport(this.#links.known(peer), this.#exchange);
  }

  /** What a crash does: the open transport of the peer, if there is one, is dead at once. */
  unplug(peer: PeerId): void {
    this.#transports.get(this.#links.known(peer))?.unplug();
  }

  /**
   * How messages fare that are sent from now on. Who is unreliable stays as it is.
   *
   * @throws TypeError where calls were to become datagrams, or datagrams calls.
   */
  setProfile(profile: FaultProfile): void {
    this.#carrier.setProfile(profile);
  }

  /** What peers hear of connections that end from now on. */
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
   * Only peers of the same group reach each other; a peer in no group reaches nobody. It replaces the
   * partition before it. What is under way still arrives, and a call under way is still answered.
   */
  partition(groups: readonly (readonly PeerId[])[]): void {
    this.#links.partition(groups);
  }

  /** Ends the partition and all cuts. Deaf peers stay deaf. */
  heal(): void {
    this.#links.heal();
  }

  /**
   * Closes one direction. With calls an answer travels on the call of its request, so only requests
   * are stopped; with datagrams every message in this direction is.
   */
  cut(from: PeerId, to: PeerId): void {
    this.#links.cut(from, to);
    this.#hints.tell(from, to);
    this.#hints.tell(to, from);
  }

  /** Takes back a cut. */
  mend(from: PeerId, to: PeerId): void {
    this.#links.mend(from, to);
  }

  /** Whether a message from one to the other has a way, as far as cuts and partitions go. */
  isCut(from: PeerId, to: PeerId): boolean {
    return !this.#links.isOpen(from, to);
  }

  /** Requests served by this receiver, or by all: those delivered, with the answer lost or not. */
  requestCount(receiver?: PeerId): number {
    return this.#counts.requests(receiver);
  }

  /** Messages of this type that were delivered. */
  deliveredCount(type: Message<V>['type']): number {
    return this.#counts.delivered(type);
  }

  /** How often this became of a message. */
  fateCount(fate: Fate): number {
    return this.#counts.fate(fate);
  }

  #ground(world: World, random: SeededRandom, options: SimNetworkOptions<V>): Ground<V> {
    const { copy = structuredClone, watch } = options;
    return {
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

  #exchangeOver(carrier: Carrier<V>): Exchange<V> {
    return {
      attach: (transport) => this.#attach(transport),
      detach: (transport) => {
        this.#transports.delete(transport.peer);
        carrier.onClosed(transport);
        for (const listener of this.#transports.keys()) this.#hints.tell(listener, transport.peer);
      },
      send: (envelope, sender) => {
        this.#check(envelope, sender);
        carrier.send(envelope, sender);
      },
    };
  }

  #attach(transport: SimTransport<V>): void {
    if (this.#transports.has(transport.peer)) {
      throw new TypeError(`Another transport of peer ${transport.peer} is open.`);
    }
    this.#transports.set(transport.peer, transport);
  }

  #check({ from, to }: Envelope<V>, sender: SimTransport<V>): void {
    if (from !== sender.peer) throw new TypeError(`Peer ${sender.peer} sends as peer ${from}.`);
    if (this.#links.known(to) === from) throw new TypeError(`Peer ${from} sends to itself.`);
  }
}

function carrierOf<V>(ground: Ground<V>, profile: FaultProfile): Carrier<V> {
  return profile.type === 'calls'
    ? new CallCarrier(ground, profile)
    : new DatagramCarrier(ground, profile);
}
