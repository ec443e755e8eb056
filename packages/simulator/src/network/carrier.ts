/** What the two ways of carrying messages share: the parts they stand on, and what may become of one. */
import type { Envelope, PeerId } from '@paxkv/paxos';
import type { SeededRandom } from '../seeded-random.ts';
import type { World } from '../world.ts';
import type { FaultProfile } from './fault-profile.ts';
import type { Links } from './links.ts';
import type { SimTransport } from './sim-transport.ts';

/**
 * What the network did with a message:
 * - `delivered`: it was handed to its receiver;
 * - `refused`: nobody could be reached, and the sender hears of it;
 * - `discarded`: it was thrown away unread, and the sender hears of it;
 * - `answer lost`: a request was delivered, its answer will not be, and the sender hears of it;
 * - `lost`: it is gone, and nobody hears of it;
 * - `repeated`: it will arrive once more;
 * - `clogged`: it finds its link clogged, and waits.
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
  send(envelope: Envelope<V>, sender: SimTransport<V>): void;
  /** @throws TypeError for a profile of the other type. */
  setProfile(profile: FaultProfile): void;
  /** The transport was closed, or its node crashed. */
  onClosed(transport: SimTransport<V>): void;
}

/** The network as its carrier sees it. */
export interface Ground<V> {
  readonly world: World;
  readonly random: SeededRandom;
  readonly links: Links;
  copy(envelope: Envelope<V>): Envelope<V>;
  isUnreliable(peer: PeerId): boolean;
  /** The transport that is open at this peer now. */
  transportAt(peer: PeerId): SimTransport<V> | undefined;
  report(fate: Fate, envelope: Envelope<V>): void;
}
