/** Hints that a peer may be gone. They come at random, a moment late, and sometimes without a reason. */
import type { PeerId } from '@paxkv/paxos';
import type { SeededRandom } from '../seeded-random.ts';
import type { World } from '../world.ts';
import type { SimTransport } from './sim-transport.ts';

/** How often and how soon a peer is told that a connection ended. */
export interface HintProfile {
  /** The probability that a peer is told when a connection of its ended. */
  readonly chance: number;
  /** How much later it is told, at most. */
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

  /** `listener` lost its connection to `peer`, and is perhaps told. */
  notify(listener: PeerId, peer: PeerId): void {
    const { chance, delayMsMax } = this.#profile;
    // Without hints no random number is drawn, so that runs without them stay the same.
    if (chance === 0 || listener === peer || !this.#random.chance(chance)) return;
    const transport = this.#transportAt(listener);
    this.#world.schedule(this.#random.between(0, delayMsMax), () => transport?.lost(peer));
  }
}
