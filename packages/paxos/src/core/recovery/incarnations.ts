/**
 * Lives: which incarnation of each peer is its latest, and how far that one was heard.
 *
 * A peer that lost its memory begins a new incarnation. Guards the rule that what was said in an incarnation that is
 * over counts no more, together with anything said by those who know of it.
 */
import type { PeerId } from '../ballot.ts';
import type { Admission, PeerRecord, PeerRecords } from '../effects.ts';
import type { Admit } from '../messages/group.ts';
import type { MemoryMark } from '../messages/message.ts';
import type { Outbox } from '../outbox.ts';

const unknownPeer: PeerRecord = { incarnation: 0, writeIndex: 0 };

export class Incarnations {
  readonly #me: PeerId;
  #peers: PeerRecord[];
  #incarnations: readonly number[];
  #isNoted = true;

  constructor(me: PeerId, peerCount: number) {
    this.#me = me;
    this.#peers = new Array<PeerRecord>(peerCount).fill(unknownPeer);
    this.#incarnations = this.#peers.map(({ incarnation }) => incarnation);
  }

  restore({ peers }: PeerRecords): void {
    // The own incarnation has a record of its own.
    this.#peers = this.#peers.map((peer, index) =>
      index === this.#me ? peer : (peers[index] ?? peer),
    );
    this.#incarnations = this.#peers.map(({ incarnation }) => incarnation);
  }

  /** The incarnation this peer leads itself. */
  get own(): number {
    return this.#of(this.#me).incarnation;
  }

  startOwn(incarnation: number): void {
    this.#set(this.#me, { incarnation, writeIndex: 0 });
  }

  /** What goes on every envelope to `to`. */
  mark(to: PeerId, writeIndex: number): MemoryMark {
    return {
      incarnations: this.#incarnations,
      writeIndex,
      acknowledgedIndex: this.#of(to).writeIndex,
    };
  }

  /** Whether `mark` was made in an incarnation of `from` that is over. */
  isStale(from: PeerId, { incarnations }: MemoryMark): boolean {
    return (incarnations[from] ?? 0) < this.#of(from).incarnation;
  }

  /** Whether who made `mark` has not heard yet of some incarnation known here. */
  isBehind({ incarnations }: MemoryMark): boolean {
    return this.#incarnations.some((incarnation, peer) => (incarnations[peer] ?? 0) < incarnation);
  }

  /** Takes note of what an envelope says of others. Gives back whose new incarnation was news. */
  observe(from: PeerId, { incarnations, writeIndex }: MemoryMark): PeerId[] {
    const begun: PeerId[] = [];
    for (let peer = 0; peer < this.#peers.length; peer += 1) {
      const [known, incarnation] = [this.#of(peer), incarnations[peer] ?? 0];
      if (peer === this.#me || incarnation <= known.incarnation) continue;
      this.#set(peer, {
        ...known,
        incarnation,
        writeIndex: 0,
        hadOther: hadOtherThan(incarnation, known),
      });
      begun.push(peer);
    }
    const sender = this.#of(from);
    if (writeIndex > sender.writeIndex && incarnations[from] === sender.incarnation)
      this.#set(from, { ...sender, writeIndex });
    return begun;
  }

  /** Records a new incarnation of `from`, or says why not. */
  admit<V>(
    from: PeerId,
    { incarnation, attempt }: Admit,
    outbox: Outbox<V>,
  ): Admission | undefined {
    const known = this.#of(from);
    const last = known.admission;
    if (last?.incarnation === incarnation && last.attempt === attempt) return last;
    if (incarnation < known.incarnation || incarnation <= (last?.incarnation ?? 0))
      return undefined;
    // Others may have told of this incarnation before its peer did; of any other it is not the first.
    const hadOther = hadOtherThan(incarnation, known);
    const admission = { incarnation, attempt, isNew: last === undefined && !hadOther };
    const writeIndex = incarnation === known.incarnation ? known.writeIndex : 0;
    this.#set(from, { incarnation, writeIndex, hadOther, admission });
    this.persist(outbox);
    return admission;
  }

  latest(peer: PeerId): number {
    return this.#of(peer).incarnation;
  }

  persist<V>(outbox: Outbox<V>): void {
    outbox.persist({ type: 'peerRecords', peers: [...this.#peers] });
    this.#isNoted = true;
  }

  /** Lets what was heard ride with a write that is made anyway. */
  note<V>(outbox: Outbox<V>): void {
    if (this.#isNoted) return;
    outbox.note({ type: 'peerRecords', peers: [...this.#peers] });
    this.#isNoted = true;
  }

  #of(peer: PeerId): PeerRecord {
    return this.#peers[peer] ?? unknownPeer;
  }

  #set(peer: PeerId, record: PeerRecord): void {
    const isNewIncarnation = record.incarnation !== this.#of(peer).incarnation;
    this.#peers[peer] = record;
    this.#isNoted = false;
    if (isNewIncarnation) this.#incarnations = this.#peers.map(({ incarnation }) => incarnation);
  }
}

/** Whether the peer led any incarnation but `incarnation`. Who was heard in incarnation 0 had memory from the start. */
function hadOtherThan(
  incarnation: number,
  { incarnation: latest, writeIndex, hadOther = false }: PeerRecord,
): boolean {
  return hadOther || (latest !== incarnation && (latest > 0 || writeIndex > 0));
}
