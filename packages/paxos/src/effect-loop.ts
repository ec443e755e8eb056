/**
 * The loop that performs the effects of a peer. It knows a single rule of Paxos: no message that vouches
 * for a write leaves before that write is durable.
 *
 * A turn steps the peer with every event in the inbox, then performs the effects in the order of
 * `Effects`. While a write is pending, further turns run, and their writes are collected for the next
 * one. So a busy peer makes at most one write per turn, however many votes are in it.
 */
import type { PeerId } from './core/ballot.ts';
import { type Effects, noEffects, type Write } from './core/effects.ts';
import type { PeerEvent } from './core/events.ts';
import type { Envelope } from './core/messages/envelope.ts';
import { valuesIn } from './core/messages/message.ts';
import type { Peer } from './core/peer.ts';
import { PaxosError } from './errors.ts';
import type { PaxosListener, PaxosOptions } from './options.ts';
import { WakeTimer } from './wake-timer.ts';

/** The number of notes that may wait for the next durable write. More are written without one. */
const noteCountMax = 64;

export class EffectLoop<V> {
  readonly #options: PaxosOptions<V>;
  readonly #peer: Peer<V>;
  readonly #timer: WakeTimer;
  readonly #inbox: PeerEvent<V>[] = [];
  /** Effects that the peer has asked for and that were not performed yet. */
  readonly #pending: Effects<V> = noEffects();
  /** `loaded` until the host joins; `failed` once an error has stopped this peer. */
  #state: 'loaded' | 'joined' | 'closed' | 'failed' = 'loaded';
  #listener: PaxosListener<V> = {};
  /** Why the peer failed. It is reported in the next turn. */
  #failure: PaxosError | undefined;
  /** The next turn, if one is scheduled. */
  #turn: Promise<void> | undefined;
  #writing: Promise<void> = Promise.resolve();
  #isWriting = false;
  /** The membership last reported to the host. */
  #isMember: boolean;
  #leader: PeerId | undefined;

  constructor(options: PaxosOptions<V>, peer: Peer<V>) {
    this.#options = options;
    this.#peer = peer;
    this.#isMember = peer.isMember;
    this.#timer = new WakeTimer(options.clock, () => this.put({ type: 'wake' }));
    this.#pending.decided.push(...peer.decisions());
  }

  /** Performs effects from now on, and reports to `listener`. */
  async join(listener: PaxosListener<V>): Promise<void> {
    this.#listener = listener;
    this.#state = 'joined';
    await this.#options.transport.open({
      receive: (envelope) => this.#receive(envelope),
      undeliverable: (envelope) => this.put({ type: 'undeliverable', envelope }),
      disconnected: (peer) => this.put({ type: 'disconnected', peer }),
    });
    this.put({ type: 'wake' });
  }

  /** Queues an event for the next turn of the peer. Until the host has joined, events wait. */
  put(event: PeerEvent<V>): void {
    if (this.#isStopped) return;
    this.#inbox.push(event);
    if (this.#state === 'joined') this.#scheduleTurn();
  }

  /** Steps the peer with an event before it returns. The effects still wait for the next turn. */
  putAndStep(event: PeerEvent<V>): void {
    this.put(event);
    this.#stepInbox();
  }

  /** Stops for good, after the pending write. */
  async close(): Promise<void> {
    const hasJoined = this.#state !== 'loaded';
    if (this.#state === 'joined') {
      this.#step({ type: 'stepDown' });
      this.#send(this.#pending.sendNow.splice(0));
    }
    if (!this.#isStopped) this.#state = 'closed';
    this.#timer.cancel();
    await this.#writing;
    if (hasJoined) await this.#options.transport.close();
    const { persist, note } = this.#pending;
    // A decision noted without its value rests on a vote that may still be pending: they are written together.
    if (this.#state === 'closed' && note.length > 0) await this.#write([...persist, ...note]);
    await this.#options.storage.close();
  }

  /** Safety: a value counts from the moment that it is written here, so what is none must not get that far. */
  #receive(envelope: Envelope<V>): void {
    const { isValue } = this.#options;
    const { from, message } = envelope;
    if (isValue === undefined || valuesIn(message).every(isValue)) {
      this.put({ type: 'receive', envelope });
    } else {
      this.#listener.onRefused?.(from, `a ${message.type} with a value that cannot be applied`);
    }
  }

  get #isStopped(): boolean {
    return this.#state === 'closed' || this.#state === 'failed';
  }

  #scheduleTurn(): void {
    this.#turn ??= Promise.resolve().then(() => {
      this.#turn = undefined;
      if (this.#failure) this.#listener.onStopped?.(this.#failure);
      else this.#takeTurn();
    });
  }

  #takeTurn(): void {
    do {
      this.#stepInbox();
      if (this.#isStopped) return;
      this.#send(this.#pending.sendNow.splice(0));
    } while (this.#inbox.length > 0);
    // Before the write: the others work on it meanwhile.
    this.#options.transport.flush?.();
    this.#announce();
    if (!this.#isWriting) this.#writing = this.#writeAll();
  }

  #stepInbox(): void {
    while (!this.#isStopped) {
      const event = this.#inbox.shift();
      if (event === undefined) return;
      this.#step(event);
    }
  }

  #step(event: PeerEvent<V>): void {
    const { clock, recorder } = this.#options;
    const now = clock.now();
    // Safety: an answer to an earlier question does not cover what was decided before this one.
    if (event.type === 'readIndex') this.#pending.readIndex = undefined;
    const effects = this.#peer.step(event, now);
    recorder?.record(event, now, effects);
    const refusal = this.#peer.takeRefusal();
    if (refusal !== undefined) this.#listener.onRefused?.(refusal.from, refusal.reason);
    if (effects.memoryLoss !== undefined) {
      this.#fail(new PaxosError('PAXOS_MEMORY_LOST', memoryLostMessage(effects.memoryLoss)));
      return;
    }
    this.#pending.sendNow.push(...effects.sendNow);
    this.#pending.decided.push(...effects.decided);
    this.#pending.truncated.push(...effects.truncated);
    this.#pending.persist.push(...effects.persist);
    this.#pending.note.push(...effects.note);
    this.#pending.sendAfter.push(...effects.sendAfter);
    this.#pending.readIndex = effects.readIndex ?? this.#pending.readIndex;
  }

  /** Reports what has changed to the host, and sets the timer to when the peer wants to wake. */
  #announce(): void {
    const { decided, readIndex } = this.#pending;
    this.#pending.readIndex = undefined;
    for (let decision = decided.shift(); decision; decision = decided.shift()) {
      this.#listener.onDecided?.(decision);
    }
    const truncated = this.#pending.truncated.splice(0);
    if (truncated.length > 0) this.#listener.onTruncated?.(truncated);
    if (readIndex !== undefined) this.#listener.onReadIndex?.(readIndex);
    const wakeAt = this.#peer.wakeAt();
    if (wakeAt !== undefined && !this.#isStopped) this.#timer.set(wakeAt);
    const { isMember, leader } = this.#peer;
    const [wasMember, leaderBefore] = [this.#isMember, this.#leader];
    this.#isMember = isMember;
    this.#leader = leader;
    if (isMember && !wasMember) this.#listener.onAdmitted?.();
    if (leader !== leaderBefore) this.#listener.onLeader?.(leader);
  }

  /** Writes, then sends what vouches for the write, until nothing is pending. */
  async #writeAll(): Promise<void> {
    this.#isWriting = true;
    while (this.#hasWork() && !this.#isStopped) {
      const sendAfter = this.#pending.sendAfter.splice(0);
      const persist = this.#pending.persist.splice(0);
      if (persist.length > 0 || this.#pending.note.length >= noteCountMax) {
        await this.#write([...persist, ...this.#pending.note.splice(0)]);
        if (this.#isStopped) break;
        this.#step({ type: 'persisted', writes: persist });
      }
      this.#sendVouching(sendAfter);
      // The peer's messages to itself were just released. Stepping them now puts their votes into the next write.
      if (this.#inbox.length > 0 || this.#turn !== undefined) this.#takeTurn();
      else this.#options.transport.flush?.();
    }
    this.#isWriting = false;
  }

  #hasWork(): boolean {
    const { persist, note, sendAfter } = this.#pending;
    return persist.length > 0 || sendAfter.length > 0 || note.length >= noteCountMax;
  }

  async #write(writes: readonly Write<V>[]): Promise<void> {
    try {
      await this.#options.storage.write(writes);
    } catch (cause) {
      // Safety: it is unknown what a restart will remember, so this peer must not send anything any more.
      this.#fail(
        new PaxosError(
          'PAXOS_STORAGE_FAILED',
          `the storage of peer ${this.#options.me} failed to write: the peer has stopped; repair the storage and open it again`,
          cause,
        ),
      );
    }
  }

  /** A message of the peer to itself goes through the inbox like any other. */
  #send(envelopes: readonly Envelope<V>[]): void {
    for (const envelope of envelopes) {
      if (envelope.to === this.#options.me) this.#inbox.push({ type: 'receive', envelope });
      else this.#options.transport.send(envelope);
    }
  }

  /** Marks each message with the write it vouches for, so that its receiver can detect that the write was lost. */
  #sendVouching(envelopes: readonly Envelope<V>[]): void {
    const { writeIndex } = this.#peer;
    this.#send(
      envelopes.map((envelope) => ({ ...envelope, mark: { ...envelope.mark, writeIndex } })),
    );
  }

  #fail(error: PaxosError): void {
    this.#state = 'failed';
    this.#failure = error;
    this.#timer.cancel();
    this.#scheduleTurn();
  }
}

function memoryLostMessage(memoryLoss: string): string {
  return `${memoryLoss}: the peer has stopped; empty its storage and open it again as lost`;
}
