/** Cluster: peers of the core in a simulated world. It performs actions on them. */
import {
  type DatagramProfile,
  harsh,
  type SeededRandom,
  SimNetwork,
  World,
} from '@paxkv/simulator';
import { type Action, messageDelayMs, type PeerAction } from '../action.ts';
import { ServerNetwork } from '../server/server-network.ts';
import { peersOf, type Settings } from '../settings.ts';
import type { Core } from './core.ts';
import { PeerHost } from './peer-host.ts';
import { settled } from './settled.ts';
import type { Witness } from './witness.ts';

const profile: DatagramProfile = harsh({
  delayMsMin: 3,
  delayMsMean: 5,
  delayMsMax: 40,
  reorderChance: 0.3,
  lossChance: 0.15,
  repeatChance: 0.1,
  clogChance: 0.01,
  clogMsMax: 100,
});
/** How soon a peer notices that a connection has ended. */
const hints = { chance: 1, delayMsMax: 5 };

export class Cluster {
  readonly settings: Settings;
  readonly world: World;
  readonly network: SimNetwork<string>;
  readonly hosts: readonly PeerHost[];
  readonly #witness: Required<Witness>;
  readonly #deaf = new Set<number>();
  readonly #losses: SeededRandom;
  #isLossy: boolean;
  #callCount = 0;

  constructor(settings: Settings, core: Core, witness: Required<Witness>) {
    const { seed, peerCount, network } = settings;
    this.settings = settings;
    this.#witness = witness;
    this.world = new World({ seed });
    this.#losses = this.world.random('lost messages of servers');
    this.#isLossy = network === 'lossy';
    this.network = new SimNetwork(this.world, {
      peerCount,
      hints,
      profile: { ...profile, isUnreliable: network === 'lossy' },
      copy: (envelope) => envelope,
      watch: (fate, envelope) => witness.onFate(fate, envelope),
    });
    const servers = settings.hasServers
      ? new ServerNetwork(this.world, (from, to) => this.#isLost(from, to))
      : undefined;
    const parts = { world: this.world, network: this.network, core, settings, witness, servers };
    this.hosts = peersOf(settings).map((me) => new PeerHost(me, parts));
  }

  /** Starts all peers. Time passes until the peers have loaded their disks, which are empty. */
  async begin(): Promise<void> {
    for (const host of this.hosts) host.start();
    await settled();
    while (this.hosts.some(({ program }) => program === undefined) && this.world.step()) {
      await settled();
    }
  }

  isDeaf(peer: number): boolean {
    return this.#deaf.has(peer);
  }

  /** Performs an action. It has no effect if it does not apply, such as a crash of a peer that is down. */
  perform(action: Action): void {
    this.#witness.onAction(action);
    switch (action.type) {
      case 'propose':
        this.#propose(action);
        break;
      case 'done':
        this.#host(action.peer).program?.done(action.seq);
        break;
      case 'cut':
      case 'mend':
        this.network[action.type](action.from, action.to);
        break;
      case 'partition':
        this.network.partition(action.groups);
        break;
      case 'heal':
        this.network.heal();
        break;
      case 'lossy':
      case 'calm':
        this.#isLossy = action.type === 'lossy';
        for (const { me } of this.hosts) this.network.setUnreliable(me, action.type === 'lossy');
        break;
      case 'lose':
        this.network.flights.lose(action.message);
        break;
      case 'delay':
      case 'repeat':
        this.network.flights[action.type](action.message, messageDelayMs);
        break;
      case 'skew':
        this.#host(action.peer).clock.setRate(action.rate);
        break;
      case 'put':
      case 'get':
        this.#call(action);
        break;
      default:
        this.#performAt(this.#host(action.peer), action.type);
    }
  }

  #performAt(host: PeerHost, type: PeerAction['type']): void {
    switch (type) {
      case 'restart':
        host.start();
        break;
      case 'deafen':
        this.#deaf.add(host.me);
        this.network.deafen(host.me);
        break;
      case 'undeafen':
        this.#deaf.delete(host.me);
        this.network.undeafen(host.me);
        break;
      default:
        host[type]();
    }
  }

  #propose({ peer, seq, value }: Extract<Action, { type: 'propose' }>): void {
    this.#host(peer).program?.propose(seq, value);
  }

  #call(action: Extract<Action, { type: 'put' | 'get' }>): void {
    const { program } = this.#host(action.peer);
    if (program === undefined) return;
    this.#callCount += 1;
    const value = action.type === 'put' ? action.value : undefined;
    const call = {
      id: this.#callCount,
      value,
      peer: action.peer,
      type: action.type,
      key: action.key,
    };
    this.#witness.onCalled(call);
    program.call(call);
  }

  /** Whether a message that is not of Paxos is lost on its way from one server to another. */
  #isLost(from: number, to: number): boolean {
    if (this.network.isCut(from, to)) return true;
    return this.#isLossy && this.#losses.chance(profile.lossChance);
  }

  #host(peer: number): PeerHost {
    const host = this.hosts[peer];
    if (host === undefined) throw new RangeError(`There is no peer ${peer}.`);
    return host;
  }
}
