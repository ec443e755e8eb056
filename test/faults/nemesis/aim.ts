/** Selects the nodes to harm: random ones, but often the leader, because most depends on it. */
import type { SeededRandom } from '@paxkv/simulator';

/** This share of the picks takes the leader for certain; the others may pick it at random. */
const leaderShare = 0.5;
const statusMsMax = 500;

/** What target selection needs to know of a cluster. */
export interface Target {
  readonly nodes: readonly number[];
  status(node: number, signal: AbortSignal): Promise<{ readonly leader: number | null }>;
}

export class Aim {
  readonly #cluster: Target;
  readonly #random: SeededRandom;
  #leaderCount = 0;

  constructor(cluster: Target, random: SeededRandom) {
    this.#cluster = cluster;
    this.#random = random;
  }

  /** How many picks took the current leader. */
  get leaderCount(): number {
    return this.#leaderCount;
  }

  /** `count` different nodes in random order. */
  async draw(count: number): Promise<number[]> {
    const leader = await this.#leader();
    const shuffled = this.#random.shuffle(this.#cluster.nodes);
    const isAimed = this.#random.chance(leaderShare) && leader !== undefined;
    const order = isAimed ? [leader, ...shuffled.filter((node) => node !== leader)] : shuffled;
    const drawn = order.slice(0, count);
    if (leader !== undefined && drawn.includes(leader)) this.#leaderCount += 1;
    return drawn;
  }

  /** The node that reports itself as leader; otherwise the node that most others report. */
  async #leader(): Promise<number | undefined> {
    const words = await Promise.all(
      this.#cluster.nodes.map(async (node) => ({ node, leader: await this.#leaderBy(node) })),
    );
    const known = words.filter(({ leader }) => leader !== null);
    return (known.find(({ node, leader }) => node === leader) ?? known[0])?.leader ?? undefined;
  }

  async #leaderBy(node: number): Promise<number | null> {
    try {
      const { leader } = await this.#cluster.status(node, AbortSignal.timeout(statusMsMax));
      return leader;
    } catch {
      return null;
    }
  }
}
