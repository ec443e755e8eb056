/**
 * Candidates: peers that all want to lead, in virtual time, with links that may be cut one by one, and
 * a host at each that keeps starting instances. What was decided and who led is written down.
 */
import { type Envelope, Paxos, type PeerId } from '@paxkv/paxos';
import { harsh, SimDisk, SimNetwork, SimNode, World } from '@paxkv/simulator';

export interface CandidatesOptions {
  readonly seed: number;
  readonly peerCount: number;
  /** Whether peers hear at once of connections that end. */
  readonly hints?: boolean;
  /** How often the host of a peer that leads starts an instance. */
  readonly startMs?: number;
}

/** The links of a data centre. */
const links = harsh({
  ...{ isUnreliable: false, reorderChance: 0 },
  ...{ delayMsMin: 0.2, delayMsMean: 0.5, delayMsMax: 1 },
});
/** A host that does not lead starts an instance by itself if none was decided there for so long. */
const patienceMs = 300;
/** So many instances after one that is still open it counts as a hole. */
const openCountMax = 8;
/** Instances that hosts still need. */
const keptCount = 100;

export interface Decided {
  readonly seq: number;
  readonly value: string;
  readonly atMs: number;
}

export class Candidates {
  readonly world: World;
  readonly network: SimNetwork<string>;
  readonly peerCount: number;
  /** What was decided, where it was first known. */
  readonly decided: Decided[] = [];
  readonly startMs: number;
  readonly #nodes: readonly SimNode<Paxos<string>>[];
  readonly #latest: number[];
  readonly #known = new Set<number>();
  readonly #leads = new Set<string>();

  constructor({ seed, peerCount, hints = false, startMs = 10 }: CandidatesOptions) {
    this.world = new World({ seed });
    this.peerCount = peerCount;
    this.startMs = startMs;
    this.network = new SimNetwork(this.world, {
      ...{ peerCount, profile: links, copy: (envelope: Envelope<string>) => envelope },
      ...(hints && { hints: { chance: 1, delayMsMax: 1 } }),
      watch: (_, { message }) => {
        if (message.type !== 'prepareLog') return;
        this.#leads.add(`${message.ballot.round}.${message.ballot.peer}`);
      },
    });
    this.#latest = this.places.map(() => 0);
    this.#nodes = this.places.map((me) => this.#node(me));
  }

  get places(): PeerId[] {
    return Array.from({ length: this.peerCount }, (_, peer) => peer);
  }

  /** How many ballots were ever tried for the log. */
  get ballotCount(): number {
    return this.#leads.size;
  }

  run(story: () => Promise<void>): Promise<void> {
    return this.world.run(story);
  }

  sleep(ms: number): Promise<void> {
    return this.world.sleep(ms);
  }

  /** Boots all peers, and gives them time for the first election. */
  async open(electionMs = 1000): Promise<void> {
    for (const peer of this.places) await this.start(peer);
    await this.sleep(electionMs);
  }

  async start(peer: PeerId): Promise<void> {
    await this.#at(peer).start();
  }

  crash(peer: PeerId): void {
    this.#at(peer).crash();
  }

  isUp(peer: PeerId): boolean {
    return this.#at(peer).isUp;
  }

  /** Ends the program as its host would. */
  stop(peer: PeerId): void {
    this.#at(peer)
      .program?.kill()
      .then(() => this.crash(peer));
  }

  /** Who leads by the account of `peer`. */
  leaderOf(peer: PeerId): PeerId | undefined {
    return this.#at(peer).program?.leader();
  }

  /** Who leads by his own account. */
  get leaders(): PeerId[] {
    return this.places.filter((peer) => this.leaderOf(peer) === peer);
  }

  /** Closes both directions. */
  cut(...pairs: readonly (readonly [PeerId, PeerId])[]): void {
    for (const [a, b] of pairs) {
      this.network.cut(a, b);
      this.network.cut(b, a);
    }
  }

  /** Closes all links but these. */
  leaveOnly(...pairs: readonly (readonly [PeerId, PeerId])[]): void {
    const isLeft = (a: PeerId, b: PeerId) =>
      pairs.some((pair) => pair.includes(a) && pair.includes(b));
    for (const a of this.places)
      for (const b of this.places) if (a < b && !isLeft(a, b)) this.cut([a, b]);
  }

  isolate(peer: PeerId): void {
    for (const other of this.places) if (other !== peer) this.cut([peer, other]);
  }

  /** How many instances were first known to be decided in the last `ms`. */
  decidedWithin(ms: number): number {
    const sinceMs = this.world.now() - ms;
    return this.decided.filter(({ atMs }) => atMs > sinceMs).length;
  }

  #node(me: PeerId): SimNode<Paxos<string>> {
    const random = this.world.random(`disk ${me}`);
    const disk = new SimDisk<string>(this.world, {
      ...{ random, delayMsMin: 1, delayMsMax: 1, copy: (write) => write },
    });
    return new SimNode(this.world, async ({ clock, onCrash }) => {
      onCrash(() => this.network.unplug(me));
      onCrash(() => disk.crash());
      const paxos = await Paxos.open<string>({
        ...{ me, peerCount: this.peerCount, clock, isCandidate: true },
        transport: this.network.transport(me),
        storage: disk.open(),
        random: this.world.random(`paxos ${me}`),
        onDecided: ({ seq, value }) => this.#onDecided(me, { seq, value, atMs: this.world.now() }),
        onLeader: (leader) => {
          if (leader === me) this.#propose(me, paxos);
        },
      });
      const again = () => {
        this.#propose(me, paxos);
        clock.at(clock.now() + this.startMs, again);
      };
      clock.at(clock.now() + this.startMs, again);
      return paxos;
    });
  }

  /** The leader goes on, and fills what was left open long ago; another starts one and waits for it. */
  #propose(me: PeerId, paxos: Paxos<string>): void {
    const isLeader = paxos.leader() === me;
    if (!isLeader && this.world.now() - (this.#latest[me] ?? 0) < patienceMs) return;
    const max = paxos.max();
    const isOpen = (seq: number) => seq >= 0 && paxos.status(seq).fate === 'pending';
    if (isLeader && isOpen(max - openCountMax)) paxos.start(max - openCountMax, `${me}`);
    paxos.start(!isLeader && isOpen(max) ? max : max + 1, `${me}`);
    paxos.done(max - keptCount);
  }

  #onDecided(me: PeerId, decided: Decided): void {
    this.#latest[me] = decided.atMs;
    if (this.#known.has(decided.seq)) return;
    this.#known.add(decided.seq);
    this.decided.push(decided);
  }

  #at(peer: PeerId): SimNode<Paxos<string>> {
    const node = this.#nodes[peer];
    if (node === undefined) throw new RangeError(`there is no peer ${peer}`);
    return node;
  }
}
