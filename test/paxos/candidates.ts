/**
 * Candidates: peers that may all lead, in virtual time, with links that can be cut one by one, and a host
 * at each peer that keeps starting instances. Decisions and leaders are recorded.
 */
import { type Envelope, Paxos, type PeerId } from '@paxkv/paxos';
import { harsh, SimDisk, SimNetwork, SimNode, World } from '@paxkv/simulator';

export interface CandidatesOptions {
  readonly seed: number;
  readonly peerCount: number;
  /** Whether peers are told at once of connections that end. */
  readonly hints?: boolean;
  /** How often the host of a peer that leads starts an instance. */
  readonly startMs?: number;
}

/** The links of a data centre. */
const links = harsh({
  isUnreliable: false,
  reorderChance: 0,
  delayMsMin: 0.2,
  delayMsMean: 0.5,
  delayMsMax: 1,
});
/** A host whose peer does not lead starts an instance if none was decided there for this long. */
const quietMs = 300;
/** An open instance this many below the highest counts as a log gap. */
const openCountMax = 8;
/** How many of the latest instances hosts still need. */
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
  /** Every decision, when it was first known at some peer. */
  readonly decided: Decided[] = [];
  readonly startMs: number;
  readonly #nodes: readonly SimNode<Paxos<string>>[];
  readonly #latest: number[];
  readonly #known = new Set<number>();
  readonly #ballots = new Set<string>();

  constructor({ seed, peerCount, hints = false, startMs = 10 }: CandidatesOptions) {
    this.world = new World({ seed });
    this.peerCount = peerCount;
    this.startMs = startMs;
    this.network = new SimNetwork(this.world, {
      peerCount,
      profile: links,
      copy: (envelope: Envelope<string>) => envelope,
      hints: hints ? { chance: 1, delayMsMax: 1 } : { chance: 0, delayMsMax: 0 },
      watch: (_, { message }) => {
        if (message.type !== 'prepareLog') return;
        this.#ballots.add(`${message.ballot.round}.${message.ballot.peer}`);
      },
    });
    this.#latest = this.places.map(() => 0);
    this.#nodes = this.places.map((me) => this.#node(me));
  }

  get places(): PeerId[] {
    return Array.from({ length: this.peerCount }, (_, peer) => peer);
  }

  /** How many ballots candidates have used. */
  get ballotCount(): number {
    return this.#ballots.size;
  }

  run(main: () => Promise<void>): Promise<void> {
    return this.world.run(main);
  }

  sleep(ms: number): Promise<void> {
    return this.world.sleep(ms);
  }

  /** Starts all peers, and gives them time for the first election. */
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

  /** The leader known to `peer`. */
  leaderOf(peer: PeerId): PeerId | undefined {
    return this.#at(peer).program?.leader();
  }

  /** The peers that lead as far as they know. */
  get leaders(): PeerId[] {
    return this.places.filter((peer) => this.leaderOf(peer) === peer);
  }

  /** Cuts both directions. */
  cut(...pairs: readonly (readonly [PeerId, PeerId])[]): void {
    for (const [a, b] of pairs) {
      this.network.cut(a, b);
      this.network.cut(b, a);
    }
  }

  /** Cuts all links but these. */
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
      random,
      delayMsMin: 1,
      delayMsMax: 1,
      copy: (write) => write,
    });
    return new SimNode(this.world, async ({ clock, onCrash }) => {
      onCrash(() => this.network.unplug(me));
      onCrash(() => disk.crash());
      const paxos = await Paxos.open<string>({
        me,
        peerCount: this.peerCount,
        clock,
        isCandidate: true,
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

  /** The leader starts the next instance and closes log gaps; another host starts one and waits for it. */
  #propose(me: PeerId, paxos: Paxos<string>): void {
    const isLeader = paxos.leader() === me;
    if (!isLeader && this.world.now() - (this.#latest[me] ?? 0) < quietMs) return;
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
