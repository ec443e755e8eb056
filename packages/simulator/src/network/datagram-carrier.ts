/**
 * Carries every message alone, and says nothing when one is lost. Links are looked at when a message
 * is sent: what is under way when a link is cut still arrives, perhaps much later.
 */
import { type Envelope, isAnswer, type PeerId } from '@paxkv/paxos';
import type { Carrier, Ground } from './carrier.ts';
import type { DatagramProfile, FaultProfile } from './fault-profile.ts';
import type { SimTransport } from './sim-transport.ts';

/** What one direction between two peers remembers. */
interface Lane {
  clogged: { readonly untilMs: number };
  latest: { readonly arrivalMs: number };
}

export class DatagramCarrier<V> implements Carrier<V> {
  readonly #ground: Ground<V>;
  #profile: DatagramProfile;
  readonly #lanes = new Map<string, Lane>();

  constructor(ground: Ground<V>, profile: DatagramProfile) {
    this.#ground = ground;
    this.#profile = profile;
  }

  send(envelope: Envelope<V>): void {
    const { random } = this.#ground;
    const isFaulty = this.#ground.isUnreliable(envelope.to);
    if (!this.#canPass(envelope) || (isFaulty && random.chance(this.#profile.lossChance))) {
      this.#ground.report('lost', envelope);
      return;
    }
    const lane = this.#lane(envelope.from, envelope.to);
    if (isFaulty) this.#clog(lane, envelope);
    this.#post(envelope, lane);
    if (isFaulty && random.chance(this.#profile.repeatChance)) {
      this.#ground.report('repeated', envelope);
      this.#post(envelope, lane);
    }
  }

  setProfile(profile: FaultProfile): void {
    if (profile.type !== 'datagrams') throw new TypeError('These are datagrams, not calls.');
    this.#profile = profile;
  }

  /** Nobody is told: who sent to it finds out by waiting. */
  onClosed(): void {}

  #canPass({ from, to, message }: Envelope<V>): boolean {
    const { links } = this.#ground;
    const isHeard = isAnswer(message) || !links.isDeaf(to);
    return isHeard && links.isOpen(from, to);
  }

  #clog(lane: Lane, envelope: Envelope<V>): void {
    const { world, random } = this.#ground;
    if (random.chance(this.#profile.clogChance)) {
      lane.clogged = { untilMs: world.now() + random.between(0, this.#profile.clogMsMax) };
      this.#ground.report('clogged', envelope);
    }
  }

  #post(envelope: Envelope<V>, lane: Lane): void {
    const { world } = this.#ground;
    const copy = this.#ground.copy(envelope);
    world.clock.at(this.#arrivalMs(lane), () => {
      const receiver: SimTransport<V> | undefined = this.#ground.transportAt(envelope.to);
      this.#ground.report(receiver === undefined ? 'lost' : 'delivered', envelope);
      receiver?.receive(copy);
    });
  }

  #arrivalMs(lane: Lane): number {
    const { world, random } = this.#ground;
    const leaveMs = Math.max(world.now(), lane.clogged.untilMs);
    const freeMs = leaveMs + this.#delayMs();
    const mayOvertake = random.chance(this.#profile.reorderChance);
    const arrivalMs = mayOvertake ? freeMs : Math.max(freeMs, lane.latest.arrivalMs);
    lane.latest = { arrivalMs: Math.max(arrivalMs, lane.latest.arrivalMs) };
    return arrivalMs;
  }

  /** A Lomax law of shape 2: most are short, and a few are longer by orders of magnitude. */
  #delayMs(): number {
    const { delayMsMin, delayMsMean, delayMsMax } = this.#profile;
    const tail = 1 / Math.sqrt(1 - this.#ground.random.next()) - 1;
    return Math.min(delayMsMax, delayMsMin + (delayMsMean - delayMsMin) * tail);
  }

  #lane(from: PeerId, to: PeerId): Lane {
    const key = `${from}>${to}`;
    const known = this.#lanes.get(key);
    if (known !== undefined) return known;
    const lane: Lane = { clogged: { untilMs: 0 }, latest: { arrivalMs: 0 } };
    this.#lanes.set(key, lane);
    return lane;
  }
}
