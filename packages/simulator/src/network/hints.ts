/** Hints that a peer may be gone. They are random and late, and some come without a reason. */
import type { PeerId } from '@paxkv/paxos';
import type { SeededRandom } from '../seeded-random.ts';
import type { World } from '../world.ts';
import type { SimTransport } from './sim-transport.ts';

/** How often and how soon a peer is notified that a connection has ended. */
export interface HintProfile {
  /** The probability that a peer is notified when one of its connections ends. */
  readonly chance: number;
  /** The longest delay of the notification. */
  readonly delayMsMax: number;
}

export const noHints: HintProfile = { chance: 0, delayMsMax: 0 };

export class Hints<V> {
  readonly #world: World;
  readonly #random: SeededRandom;
  readonly #transportAt: (peer: PeerId) => SimTransport<V> | undefined;
  #profile: HintProfile;

  constructor(
    world: World,
    profile: HintProfile,
    transportAt: (peer: PeerId) => SimTransport<V> | undefined,
  ) {
    this.#world = world;
    this.#profile = profile;
    this.#random = world.random('hints');
    this.#transportAt = transportAt;
  }

  setProfile(profile: HintProfile): void {
    this.#profile = profile;
  }

  /** `listener` lost its connection to `peer`. Notifies it with the given probability. */
  notify(listener: PeerId, peer: PeerId): void {
    const { chance, delayMsMax } = this.#profile;
    // Without hints no random number is drawn, so that runs without them stay the same.
    if (chance === 0 || listener === peer || !this.#random.chance(chance)) return;
    const transport = this.#transportAt(listener);
    this.#world.schedule(this.#random.between(0, delayMsMax), () => transport?.lost(peer));
  }
}
