/**
 * Lives: which life of each peer is its latest, and how far that one was heard.
 *
 * A peer that lost its memory begins a new life. Guards the rule that what was said in a life that is
 * over counts no more, together with anything said by those who know of it.
 */
import type { PeerId } from '../ballot.ts';
import type { Acquaintance, Admission, Met } from '../effects.ts';
import type { Admit } from '../messages/group.ts';
import type { MemoryMark } from '../messages/message.ts';
import type { Outbox } from '../outbox.ts';

const stranger: Acquaintance = { life: 0, turn: 0 };

export class Lives {
  readonly #me: PeerId;
  #peers: Acquaintance[];
  #lives: readonly number[];
  #isNoted = true;

  constructor(me: PeerId, peerCount: number) {
    this.#me = me;
    this.#peers = new Array<Acquaintance>(peerCount).fill(stranger);
    this.#lives = this.#peers.map(({ life }) => life);
  }

  restore({ peers }: Met): void {
    // The own life has a record of its own.
    this.#peers = this.#peers.map((peer, index) =>
      index === this.#me ? peer : (peers[index] ?? peer),
    );
    this.#lives = this.#peers.map(({ life }) => life);
  }

  /** The life this peer leads itself. */
  get own(): number {
    return this.#of(this.#me).life;
  }

  beginOwn(life: number): void {
    this.#set(this.#me, { life, turn: 0 });
  }

  /** What goes on every envelope to `to`. */
  mark(to: PeerId, turn: number): MemoryMark {
    return { lives: this.#lives, turn, heard: this.#of(to).turn };
  }

  /** Whether `mark` was made in a life of `from` that is over. */
  isOver(from: PeerId, { lives }: MemoryMark): boolean {
    return (lives[from] ?? 0) < this.#of(from).life;
  }

  /** Whether who made `mark` has not heard yet of some life known here. */
  isBehind({ lives }: MemoryMark): boolean {
    return this.#lives.some((life, peer) => (lives[peer] ?? 0) < life);
  }

  /** Takes note of what an envelope says of others. Gives back whose new life was news. */
  heard(from: PeerId, { lives, turn }: MemoryMark): PeerId[] {
    const begun: PeerId[] = [];
    for (let peer = 0; peer < this.#peers.length; peer += 1) {
      const [known, life] = [this.#of(peer), lives[peer] ?? 0];
      if (peer === this.#me || life <= known.life) continue;
      this.#set(peer, { ...known, life, turn: 0, hadOther: hadOtherThan(life, known) });
      begun.push(peer);
    }
    const sender = this.#of(from);
    if (turn > sender.turn && lives[from] === sender.life) this.#set(from, { ...sender, turn });
    return begun;
  }

  /** Records a new life of `from`, or says why not. */
  admit<V>(from: PeerId, { life, attempt }: Admit, outbox: Outbox<V>): Admission | undefined {
    const known = this.#of(from);
    const last = known.admission;
    if (last?.life === life && last.attempt === attempt) return last;
    if (life < known.life || life <= (last?.life ?? 0)) return undefined;
    // Others may have told of this life before its peer did; of any other it is not the first.
    const hadOther = hadOtherThan(life, known);
    const admission = { life, attempt, isNew: last === undefined && !hadOther };
    const turn = life === known.life ? known.turn : 0;
    this.#set(from, { life, turn, hadOther, admission });
    this.persist(outbox);
    return admission;
  }

  latest(peer: PeerId): number {
    return this.#of(peer).life;
  }

  persist<V>(outbox: Outbox<V>): void {
    outbox.persist({ type: 'met', peers: [...this.#peers] });
    this.#isNoted = true;
  }

  /** Lets what was heard ride with a write that is made anyway. */
  note<V>(outbox: Outbox<V>): void {
    if (this.#isNoted) return;
    outbox.note({ type: 'met', peers: [...this.#peers] });
    this.#isNoted = true;
  }

  #of(peer: PeerId): Acquaintance {
    return this.#peers[peer] ?? stranger;
  }

  #set(peer: PeerId, acquaintance: Acquaintance): void {
    const isNewLife = acquaintance.life !== this.#of(peer).life;
    this.#peers[peer] = acquaintance;
    this.#isNoted = false;
    if (isNewLife) this.#lives = this.#peers.map(({ life }) => life);
  }
}

/** Whether the peer led any life but `life`. Who was heard in life 0 had memory from the start. */
function hadOtherThan(
  life: number,
  { life: latest, turn, hadOther = false }: Acquaintance,
): boolean {
  return hadOther || (latest !== life && (latest > 0 || turn > 0));
}
