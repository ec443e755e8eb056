/**
 * Compares the checksum of all rows with the other replicas. Each replica sends the checksum of every position that it
 * writes. Replicas that write at the same position must have the same one, since the log alone determines the rows.
 * Rule: a state from which the states of a quorum differ is replaced.
 */
import type { PeerId } from '@paxkv/paxos';
import { StateError } from '../../state-machine/state-error.ts';
import type { WrittenChecksum } from '../../state-machine/state-store.ts';
import type { ChecksumMessage, ChecksumPort } from '../ports.ts';

/** Positions that are remembered of each replica. */
const positionCountMax = 64;

export interface Difference {
  readonly applied: number;
  readonly peer: PeerId;
}

export interface ChecksumExchangeOptions {
  readonly me: PeerId;
  readonly peerCount: number;
  readonly port: ChecksumPort;
  /** Another replica has another state, and no quorum has shown which of them is wrong. Called once for each change. */
  readonly onDifference: (difference: Difference) => void;
  /** A quorum has another state than this replica. */
  readonly onFailed: (error: StateError) => void;
}

type Checksum = WrittenChecksum['checksum'];

export class ChecksumExchange {
  readonly #options: ChecksumExchangeOptions;
  /** The latest checksums of each replica, this one included, by position. */
  readonly #known = new Map<PeerId, Map<number, Checksum>>();
  readonly #differing = new Set<PeerId>();

  constructor(options: ChecksumExchangeOptions) {
    this.#options = options;
    options.port.open((from, message) => this.#receive(from, message));
  }

  /** The replicas whose state differed when it was compared last. */
  get differing(): readonly PeerId[] {
    return [...this.#differing].sort((a, b) => a - b);
  }

  /** Called with each position that was written. */
  onWritten({ applied, checksum }: WrittenChecksum): void {
    if (applied < 0) return;
    const { me, peerCount, port } = this.#options;
    this.#remember(me, applied, checksum);
    for (let peer = 0; peer < peerCount; peer += 1) {
      if (peer !== me) port.send(peer, { type: 'checksum', applied, ...checksum });
    }
    this.#compare(applied);
  }

  stop(): void {
    this.#options.port.close();
  }

  #receive(from: PeerId, { applied, count, sum }: ChecksumMessage): void {
    this.#remember(from, applied, { count, sum });
    this.#compare(applied);
  }

  #remember(replica: PeerId, applied: number, checksum: Checksum): void {
    const known = this.#known.get(replica) ?? new Map<number, Checksum>();
    this.#known.set(replica, known);
    known.set(applied, checksum);
    for (const oldest of known.keys()) {
      if (known.size <= positionCountMax) break;
      known.delete(oldest);
    }
  }

  #compare(applied: number): void {
    const { me, peerCount, onFailed, onDifference } = this.#options;
    const own = this.#known.get(me)?.get(applied);
    if (own === undefined) return;
    const countBySum = new Map<string, number>();
    for (const [peer, known] of this.#known) {
      const theirs = known.get(applied);
      if (peer === me || theirs === undefined) continue;
      if (isSame(own, theirs)) {
        this.#differing.delete(peer);
        continue;
      }
      if (!this.#differing.has(peer)) onDifference({ applied, peer });
      this.#differing.add(peer);
      const name = `${theirs.count} ${theirs.sum}`;
      countBySum.set(name, 1 + (countBySum.get(name) ?? 0));
    }
    const isOutvoted = Math.max(0, ...countBySum.values()) > peerCount / 2;
    if (isOutvoted) onFailed(outvoted(applied));
  }
}

function isSame(one: Checksum, other: Checksum): boolean {
  return one.count === other.count && one.sum === other.sum;
}

function outvoted(applied: number): StateError {
  return new StateError(
    'STATE_DAMAGED',
    `The state at instance ${applied} differs from the state of most nodes, although its rows are intact.`,
  );
}
