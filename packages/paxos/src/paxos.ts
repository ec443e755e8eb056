/**
 * Paxos: the six calls, and the one loop in which effects become deeds. No rule of Paxos is here but
 * one: nothing that vouches for a write leaves before that write is durable.
 */
import type { PeerId } from './core/ballot.ts';
import { type Effects, noEffects, type Write } from './core/effects.ts';
import type { PeerEvent } from './core/events.ts';
import type { Status } from './core/instance/learner.ts';
import type { Envelope } from './core/messages/message.ts';
import { Peer } from './core/peer.ts';
import { PaxosError } from './errors.ts';
import type { PaxosListener, PaxosOptions } from './options.ts';

/** Notes kept back for the next write; beyond this many they are written for their own sake. */
const noteCountMax = 64;

/**
 * One peer of a group that agrees on a sequence of values. Values may be anything but `undefined`,
 * and must not be changed after they are handed over.
 */
export class Paxos<V> {
  readonly #options: PaxosOptions<V>;
  #listener: PaxosListener<V> = {};
  readonly #peer: Peer<V>;
  readonly #inbox: PeerEvent<V>[] = [];
  /** What has been decided to do and not been done: it waits for the write under way. */
  #waiting: Effects<V> = noEffects();
  #turn: Promise<void> | undefined;
  #writing: Promise<void> = Promise.resolve();
  #alarm: { readonly time: number; readonly cancel: () => void } | undefined;
  #isWriting = false;
  #isStopped = false;
  #hasFailed = false;
  #hasJoined = false;
  #closing: Promise<void> | undefined;

  private constructor(options: PaxosOptions<V>, peer: Peer<V>) {
    this.#options = options;
    this.#peer = peer;
  }

  /**
   * Loads what storage remembers and joins the group: {@link Paxos.load}, then {@link Paxos.join}.
   *
   * @throws PaxosError `PAXOS_STORAGE_FAILED` if the memory cannot be trusted: this peer must not vote.
   * @throws TypeError if `me` or `peerCount` make no sense.
   */
  static async open<V>(options: PaxosOptions<V> & PaxosListener<V>): Promise<Paxos<V>> {
    const paxos = await Paxos.load(options);
    await paxos.join(options);
    return paxos;
  }

  /**
   * Loads what storage remembers. The peer neither sends nor receives before {@link Paxos.join}, so a host
   * can be constructed around it first.
   *
   * @throws PaxosError `PAXOS_STORAGE_FAILED` if the memory cannot be trusted: this peer must not vote.
   * @throws TypeError if `me` or `peerCount` make no sense.
   */
  static async load<V>(options: PaxosOptions<V>): Promise<Paxos<V>> {
    const { me, peerCount, random, storage, isCandidate = false } = options;
    if (!Number.isInteger(me) || !Number.isInteger(peerCount) || me < 0 || me >= peerCount) {
      throw new TypeError(
        `me must be an integer from 0 to peerCount − 1, not ${me} of ${peerCount}`,
      );
    }
    const memory = await storage.load().catch((cause: unknown) => {
      throw new PaxosError(
        'PAXOS_STORAGE_FAILED',
        `peer ${me} cannot recall its promises and votes, and so must not vote`,
        cause,
      );
    });
    const paxos = new Paxos(options, new Peer<V>({ me, peerCount, random, memory, isCandidate }));
    paxos.#waiting.decided.push(...paxos.#peer.decisions());
    return paxos;
  }

  /** Joins the group, and reports to `listener` from now on. Called once. */
  async join(listener: PaxosListener<V> = {}): Promise<void> {
    this.#listener = listener;
    this.#hasJoined = true;
    await this.#options.transport.open({
      receive: (envelope) => this.#put({ type: 'receive', envelope }),
      undeliverable: (envelope) => this.#put({ type: 'undeliverable', envelope }),
      disconnected: (peer) => this.#put({ type: 'disconnected', peer }),
    });
    this.#put({ type: 'wake' });
  }

  /**
   * Begins agreement on instance `seq`, with `value` as this peer's wish; the decision may be another
   * peer's value. Returns at once. Ignored below `min()` and after `kill()`. While this peer is no member,
   * and in instances from before it became one, it only asks the others for the decision, if that is the
   * next it lacks; on an instance decided elsewhere it only learns the decision.
   */
  start(seq: number, value: V): void {
    if (!Number.isSafeInteger(seq) || seq < 0)
      throw new TypeError(`seq must count from 0, not ${seq}`);
    if (value === undefined) throw new TypeError('a value must not be undefined');
    this.#put({ type: 'propose', seq, value });
  }

  /**
   * Asks the leader for decisions up to `seq` that this peer lacks, or where nobody is known to lead, another
   * peer each time. Proposes nothing, so it disturbs nobody; there may be no answer.
   */
  requestDecisions(seq: number): void {
    this.#put({ type: 'requestDecisions', seq });
  }

  /** What this peer knows of instance `seq`, without asking anyone. */
  status(seq: number): Status<V> {
    return this.#peer.status(seq);
  }

  /** This host needs nothing at or below `seq` any more. A lower `seq` than before changes nothing. */
  done(seq: number): void {
    this.#put({ type: 'done', seq });
  }

  /**
   * Somebody else waits for what was decided here. Where this peer leads and asks for no votes at the
   * moment, the others hear of it now rather than with what it asks next, a few milliseconds from now at most.
   */
  flushNotices(): void {
    this.#put({ type: 'flushNotices' });
  }

  /** The highest instance started here or seen in any message, or −1. Never sinks. */
  max(): number {
    return this.#peer.max;
  }

  /** One above what every peer is done with, as far as is known here. Below it all is forgotten. */
  min(): number {
    return this.#peer.min;
  }

  /**
   * Asks a quorum how far anything may have been decided by now, without writing anything. The answer,
   * to `onSurveyed`, comes when a quorum can be reached. A host that has applied all instances up to it
   * knows everything that was acknowledged anywhere before this call. Called again before the answer
   * came, it begins anew.
   */
  readIndex(): void {
    this.#put({ type: 'readIndex' });
  }

  /** Whether this peer takes part. One that begins without memory does not, until it was admitted. */
  isMember(): boolean {
    return this.#peer.isMember;
  }

  /** Who leads, as far as is known here: whoever proposes there pays one round instead of two. */
  leader(): PeerId | undefined {
    return this.#peer.leader;
  }

  /** Stops for good. Later calls are harmless. Resolves when nothing is in flight. */
  kill(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  #put(event: PeerEvent<V>): void {
    if (this.#isStopped) return;
    this.#inbox.push(event);
    this.#scheduleTurn();
  }

  /** What a host asks for before it has joined waits in the inbox. */
  #scheduleTurn(): void {
    if (!this.#hasJoined) return;
    this.#turn ??= Promise.resolve().then(() => {
      this.#turn = undefined;
      if (!this.#isStopped) this.#takeTurn();
    });
  }

  /** Steps the peer with all that waits in the inbox, and does what may be done at once. */
  #takeTurn(): void {
    const { isMember, leader } = this.#peer;
    for (let event = this.#inbox.shift(); event; event = this.#inbox.shift()) {
      this.#step(event);
      if (this.#isStopped) return;
    }
    this.#announce();
    this.#askForWake();
    if (!isMember && this.#peer.isMember) this.#listener.onAdmitted?.();
    if (leader !== this.#peer.leader) this.#listener.onLeader?.(this.#peer.leader);
    if (!this.#isWriting) this.#writing = this.#writeAll();
  }

  #step(event: PeerEvent<V>): void {
    const effects = this.#peer.step(event, this.#options.clock.now());
    if (effects.memoryLoss !== undefined) {
      this.#stop(new PaxosError('PAXOS_MEMORY_LOST', `${effects.memoryLoss}: it must not vote`));
      return;
    }
    this.#send(effects.sendNow);
    if (effects.readIndex !== undefined) this.#waiting.readIndex = effects.readIndex;
    this.#waiting.decided.push(...effects.decided);
    this.#waiting.persist.push(...effects.persist);
    this.#waiting.note.push(...effects.note);
    this.#waiting.sendAfter.push(...effects.sendAfter);
  }

  /**
   * Writes, then sends what vouches for it, until nothing waits. What gathers during one write goes
   * into the next: a busy peer pays for one flush a turn, however many votes are in it.
   */
  async #writeAll(): Promise<void> {
    this.#isWriting = true;
    while (this.#hasWork() && !this.#isStopped) {
      const { persist, note, sendAfter } = this.#waiting;
      const isFlush = persist.length > 0 || note.length >= noteCountMax;
      this.#waiting = { ...this.#waiting, persist: [], note: isFlush ? [] : note, sendAfter: [] };
      if (isFlush) {
        await this.#write([...persist, ...note]);
        if (this.#isStopped) break;
        this.#step({ type: 'persisted', writes: persist });
      }
      this.#sendVouching(sendAfter);
      // The own votes just released belong into the next write, so they are stepped before it.
      if (this.#inbox.length > 0) this.#takeTurn();
    }
    this.#isWriting = false;
  }

  #hasWork(): boolean {
    const { persist, note, sendAfter } = this.#waiting;
    return persist.length > 0 || sendAfter.length > 0 || note.length >= noteCountMax;
  }

  async #write(writes: readonly Write<V>[]): Promise<void> {
    try {
      await this.#options.storage.write(writes);
    } catch (cause) {
      // Safety: nobody knows what a restart will remember. A peer that cannot remember must not speak.
      this.#stop(
        new PaxosError('PAXOS_STORAGE_FAILED', 'a write failed: this peer stops speaking', cause),
      );
    }
  }

  /** A message to oneself comes back by the same road as everybody else's. */
  #send(envelopes: readonly Envelope<V>[]): void {
    for (const envelope of envelopes) {
      if (envelope.to === this.#options.me) this.#inbox.push({ type: 'receive', envelope });
      else this.#options.transport.send(envelope);
    }
  }

  /** Says with each message which write it vouches for: whoever hears it knows that it must be there. */
  #sendVouching(envelopes: readonly Envelope<V>[]): void {
    const { writeIndex } = this.#peer;
    this.#send(
      envelopes.map((envelope) => ({ ...envelope, mark: { ...envelope.mark, writeIndex } })),
    );
  }

  #announce(): void {
    const { readIndex } = this.#waiting;
    this.#waiting.readIndex = undefined;
    const { decided } = this.#waiting;
    for (let decision = decided.shift(); decision; decision = decided.shift()) {
      this.#listener.onDecided?.(decision);
    }
    if (readIndex !== undefined) this.#listener.onReadIndex?.(readIndex);
  }

  /** One timer serves: one that rings too early finds nothing to do and is set anew. */
  #askForWake(): void {
    if (this.#isStopped) return;
    const wakeAt = this.#peer.wakeAt();
    if (wakeAt === undefined || (this.#alarm && this.#alarm.time <= wakeAt)) return;
    this.#alarm?.cancel();
    const cancel = this.#options.clock.at(wakeAt, () => {
      this.#alarm = undefined;
      this.#put({ type: 'wake' });
    });
    this.#alarm = { time: wakeAt, cancel };
  }

  #stop(error: PaxosError): void {
    this.#isStopped = true;
    this.#hasFailed = true;
    this.#alarm?.cancel();
    this.#listener.onStopped?.(error);
  }

  async #close(): Promise<void> {
    if (!this.#isStopped) this.#step({ type: 'stepDown' });
    this.#isStopped = true;
    this.#alarm?.cancel();
    await this.#writing;
    if (this.#hasJoined) await this.#options.transport.close();
    const { persist, note } = this.#waiting;
    // A decision noted without its value rests on a vote that may still wait: they go together.
    if (!this.#hasFailed && note.length > 0) await this.#write([...persist, ...note]);
    await this.#options.storage.close();
  }
}
