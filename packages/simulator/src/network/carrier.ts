/** The interface of the two kinds of carriers, the parts of the network they use, and the fates of messages. */
import type { Envelope, PeerId } from '@paxkv/paxos';
import type { SeededRandom } from '../seeded-random.ts';
import type { World } from '../world.ts';
import type { FaultProfile } from './fault-profile.ts';
import type { Flights } from './flights.ts';
import type { Links } from './links.ts';
import type { SimTransport } from './sim-transport.ts';

/**
 * What the network did with a message:
 * - `delivered`: its receiver got it;
 * - `refused`: the receiver could not be reached, and the sender is notified;
 * - `discarded`: it was dropped unread, and the sender is notified;
 * - `answer lost`: a request was delivered, its answer will not be, and the sender is notified;
 * - `lost`: it was dropped silently;
 * - `repeated`: it will arrive once more;
 * - `clogged`: it waits because its link is clogged.
 */
export type Fate =
  | 'delivered'
  | 'refused'
  | 'discarded'
  | 'answer lost'
  | 'lost'
  | 'repeated'
  | 'clogged';

export interface Carrier<V> {
  /** The messages in transit. Absent in a network of calls. */
  readonly flights?: Flights<V>;
  send(envelope: Envelope<V>, sender: SimTransport<V>): void;
  /** @throws TypeError for a profile of the other type. */
  setProfile(profile: FaultProfile): void;
  /** The transport was closed, or its node crashed. */
  onClosed(transport: SimTransport<V>): void;
}

/** How a message occupies its link. */
export interface Occupancy {
  /** For how long, in milliseconds. */
  readonly ms: number;
  /** How long it may have to wait for the link at most. */
  readonly queueMsMax: number;
}

/** What a carrier needs of its network. */
export interface CarrierContext<V> {
  readonly world: World;
  readonly random: SeededRandom;
  readonly links: Links;
  copy(envelope: Envelope<V>): Envelope<V>;
  occupancyOf(envelope: Envelope<V>): Occupancy;
  isUnreliable(peer: PeerId): boolean;
  /** The transport that is open at this peer now. */
  transportAt(peer: PeerId): SimTransport<V> | undefined;
  report(fate: Fate, envelope: Envelope<V>): void;
}
