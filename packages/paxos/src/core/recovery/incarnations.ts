/**
 * Incarnations: the latest incarnation of each peer, and how far its writes are known to go.
 *
 * A peer that lost its memory begins a new incarnation. This file guards the rule that an answer from an
 * earlier incarnation never counts together with answers of peers that know of the new one.
 */
import type { PeerId } from '../ballot.ts';
import type { Admission, PeerRecord, PeerRecords } from '../effects.ts';
import type { MemoryMark } from '../messages/envelope.ts';
import type { Admit } from '../messages/recovery.ts';
import type { Step } from '../step.ts';

const unknownPeer: PeerRecord = { incarnation: 0, writeIndex: 0 };

export class Incarnations {
  readonly #me: PeerId;
  #peers: PeerRecord[];
  /** The latest incarnation of each peer, as marks carry it. */
  #latest: readonly number[];
  #isNoted = true;

  constructor(me: PeerId, peerCount: number) {
    this.#me = me;
    this.#peers = new Array<PeerRecord>(peerCount).fill(unknownPeer);
    this.#latest = this.#peers.map(({ incarnation }) => incarnation);
  }

  restore({ peers }: PeerRecords): void {
    // This peer's own incarnation is written separately.
    this.#peers = this.#peers.map((peer, index) =>
      index === this.#me ? peer : (peers[index] ?? peer),
    );
    this.#latest = this.#peers.map(({ incarnation }) => incarnation);
  }

  /** This peer's own incarnation. */
  get own(): number {
    return this.latest(this.#me);
  }

  startOwn(incarnation: number): void {
    this.#set(this.#me, { incarnation, writeIndex: 0 });
  }

  latest(peer: PeerId): number {
    return this.#of(peer).incarnation;
  }

  /** What is recorded of the latest incarnation of a peer. */
  recordOf(peer: PeerId): PeerRecord {
    return this.#of(peer);
  }

  /** The mark that every envelope to `to` carries. */
  mark(to: PeerId, writeIndex: number): MemoryMark {
    return {
      incarnations: this.#latest,
      writeIndex,
      acknowledgedIndex: this.#of(to).writeIndex,
    };
  }

  /** Whether `mark` was made in an earlier incarnation of `from`. */
  isStale(from: PeerId, { incarnations }: MemoryMark): boolean {
    return (incarnations[from] ?? 0) < this.latest(from);
  }

  /** Whether the sender of `mark` does not yet know of some incarnation known here. */
  isBehind({ incarnations }: MemoryMark): boolean {
    return this.#latest.some((incarnation, peer) => (incarnations[peer] ?? 0) < incarnation);
  }

  /** Takes the mark of an envelope. Returns the peers whose newer incarnation the mark made known. */
  observe(from: PeerId, { incarnations, writeIndex }: MemoryMark): PeerId[] {
    const reborn: PeerId[] = [];
    for (let peer = 0; peer < this.#peers.length; peer += 1) {
      const [known, incarnation] = [this.#of(peer), incarnations[peer] ?? 0];
      if (peer === this.#me || incarnation <= known.incarnation) continue;
      const hadOther = hadOtherThan(incarnation, known);
      this.#set(peer, { ...known, incarnation, writeIndex: 0, hadOther, stateEpoch: 0 });
      reborn.push(peer);
    }
    const sender = this.#of(from);
    if (writeIndex > sender.writeIndex && incarnations[from] === sender.incarnation)
      this.#set(from, { ...sender, writeIndex });
    return reborn;
  }

  /** Compares the state epoch of an envelope with the highest one that is known of this incarnation of `from`. */
  observeState(from: PeerId, stateEpoch: number): 'older' | 'same' | 'newer' {
    const sender = this.#of(from);
    const { stateEpoch: highest = 0 } = sender;
    if (stateEpoch < highest) return 'older';
    if (stateEpoch === highest) return 'same';
    this.#set(from, { ...sender, stateEpoch });
    return 'newer';
  }

  /** Records a new incarnation of `from`. Returns `undefined` if one as high or higher is recorded already. */
  admit<V>(from: PeerId, { incarnation, attempt }: Admit, step: Step<V>): Admission | undefined {
    const known = this.#of(from);
    const last = known.admission;
    if (last?.incarnation === incarnation && last.attempt === attempt) return last;
    if (incarnation < known.incarnation || incarnation <= (last?.incarnation ?? 0))
      return undefined;
    // The mark of another peer may have named this incarnation already. Any other one means it is not the first.
    const hadOther = hadOtherThan(incarnation, known);
    const admission = { incarnation, attempt, isNew: last === undefined && !hadOther };
    const { writeIndex, stateEpoch = 0 } = incarnation === known.incarnation ? known : unknownPeer;
    this.#set(from, { incarnation, writeIndex, hadOther, stateEpoch, admission });
    this.persist(step);
    return admission;
  }

  persist<V>(step: Step<V>): void {
    step.persist({ type: 'peerRecords', peers: [...this.#peers] });
    this.#isNoted = true;
  }

  /** Notes what changed since the last write, if there is a write anyway. */
  note<V>(step: Step<V>): void {
    if (this.#isNoted) return;
    step.note({ type: 'peerRecords', peers: [...this.#peers] });
    this.#isNoted = true;
  }

  snapshot() {
    return { peers: [...this.#peers], isNoted: this.#isNoted };
  }

  resume({ peers, isNoted }: ReturnType<Incarnations['snapshot']>): void {
    this.#peers = [...peers];
    this.#latest = peers.map(({ incarnation }) => incarnation);
    this.#isNoted = isNoted;
  }

  #of(peer: PeerId): PeerRecord {
    return this.#peers[peer] ?? unknownPeer;
  }

  #set(peer: PeerId, record: PeerRecord): void {
    const isNewIncarnation = record.incarnation !== this.latest(peer);
    this.#peers[peer] = record;
    this.#isNoted = false;
    if (isNewIncarnation) this.#latest = this.#peers.map(({ incarnation }) => incarnation);
  }
}

/**
 * Whether the peer had any incarnation but `incarnation`. Incarnation 0 counts once it has written: it had
 * memory from the start.
 */
function hadOtherThan(
  incarnation: number,
  { incarnation: latest, writeIndex, hadOther = false }: PeerRecord,
): boolean {
  return hadOther || (latest !== incarnation && (latest > 0 || writeIndex > 0));
}
