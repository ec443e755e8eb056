/** Paxos: the public interface of a peer, and the one place where a peer meets its host. */
import type { PeerId } from './core/ballot.ts';
import { expectValidPolicy, type Retained } from './core/commit/retention-policy.ts';
import type { Status } from './core/instance/learner.ts';
import { Peer } from './core/peer.ts';
import { EffectLoop } from './effect-loop.ts';
import { PaxosError } from './errors.ts';
import type { PaxosListener, PaxosOptions } from './options.ts';

/**
 * One peer of a group that agrees on a sequence of values. Values may be anything but `undefined`, and
 * must not be changed after they are passed in.
 */
export class Paxos<V> {
  readonly #peer: Peer<V>;
  readonly #loop: EffectLoop<V>;
  #closing: Promise<void> | undefined;

  private constructor(peer: Peer<V>, loop: EffectLoop<V>) {
    this.#peer = peer;
    this.#loop = loop;
  }

  /**
   * Loads what storage remembers and joins the group: {@link Paxos.load}, then {@link Paxos.join}.
   *
   * @throws PaxosError `PAXOS_STORAGE_FAILED` if the memory cannot be trusted: this peer must not vote.
   * @throws TypeError if `me` or `peerCount` is not valid.
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
   * @throws TypeError if `me`, `peerCount` or a limit is not valid.
   */
  static async load<V>(options: PaxosOptions<V>): Promise<Paxos<V>> {
    const { me, peerCount, storage, retention, stateEpoch = 0, recorder } = options;
    if (!Number.isInteger(me) || !Number.isInteger(peerCount) || me < 0 || me >= peerCount) {
      throw new TypeError(
        `me must be an integer from 0 to peerCount − 1, not ${me} of ${peerCount}`,
      );
    }
    if (retention !== undefined) expectValidPolicy(retention);
    if (!Number.isSafeInteger(stateEpoch) || stateEpoch < 0) {
      throw new TypeError(`stateEpoch must be an integer from 0, not ${stateEpoch}`);
    }
    const memory = await storage.load().catch((cause: unknown) => {
      throw new PaxosError(
        'PAXOS_STORAGE_FAILED',
        `the storage of peer ${me} failed to load its promises and votes: it must not vote; repair or empty the storage`,
        cause,
      );
    });
    const peerOptions = { ...options, memory };
    const peer = recorder?.begin(peerOptions) ?? new Peer<V>(peerOptions);
    return new Paxos(peer, new EffectLoop(options, peer));
  }

  /** Joins the group, and reports to `listener` from now on. Called once. */
  join(listener: PaxosListener<V> = {}): Promise<void> {
    return this.#loop.join(listener);
  }

  /**
   * Starts agreement on instance `seq` and proposes `value`; another peer's value may be decided instead.
   * On return `max()` is at least `seq`; messages follow later. Ignored below `min()` and after `kill()`.
   * A peer does not propose below `proposalFloor()`, and neither where it is not a member, or became one only after
   * that instance. It then only asks the others for the decision, if `seq` is the next one that it lacks. If
   * the instance is decided elsewhere already, this peer learns that decision.
   *
   * @throws TypeError if `seq` is not an integer from 0, or `value` is `undefined`.
   */
  start(seq: number, value: V): void {
    assertSeq(seq);
    if (value === undefined) throw new TypeError('value must not be undefined');
    this.#loop.putAndStep({ type: 'propose', seq, value });
  }

  /**
   * Asks the leader for the decisions up to `seq` that this peer lacks. If no leader is known, each call
   * asks a different peer. It proposes nothing, so it disturbs no other peer. There may be no answer.
   *
   * @throws TypeError if `seq` is not an integer from 0.
   */
  requestDecisions(seq: number): void {
    assertSeq(seq);
    this.#loop.put({ type: 'requestDecisions', seq });
  }

  /** What this peer knows of instance `seq`, without asking any other. */
  status(seq: number): Status<V> {
    return this.#peer.status(seq);
  }

  /**
   * The host needs nothing at or below `seq` any more. On return `floor()` and `min()` take that into account. A lower
   * `seq` than before, or a negative one, changes nothing.
   *
   * @throws TypeError if `seq` is not an integer.
   */
  done(seq: number): void {
    if (!Number.isSafeInteger(seq)) throw new TypeError(`seq must be an integer, not ${seq}`);
    this.#loop.putAndStep({ type: 'done', seq });
  }

  /**
   * Another host waits for a decision of this peer. If this peer leads, it sends the others its commit
   * notices at once, or within a millisecond while requests for votes are pending. Otherwise notices wait up
   * to 3 ms for a request that carries them.
   */
  flushNotices(): void {
    this.#loop.put({ type: 'flushNotices' });
  }

  /** The highest instance started here or seen in any message, or −1. Never sinks. */
  max(): number {
    return this.#peer.max;
  }

  /**
   * Below it other peers may have forgotten everything. A host that has not applied up to there, and whose
   * next instance `canLearn` no peer can tell, needs the state of another host. Never sinks; at least `min()`.
   */
  floor(): number {
    return this.#peer.floor;
  }

  /** The lowest instance in which this peer proposes: `floor()`, unless only a minority says that it is so high. */
  proposalFloor(): number {
    return this.#peer.proposalFloor;
  }

  /** Below it this peer has forgotten everything: its host is done with it. Never sinks. */
  min(): number {
    return this.#peer.min;
  }

  /**
   * One above what every peer was done with at some time, as far as is known here. Never sinks, so a peer
   * whose host has lost its state since may need older instances; it takes a whole state.
   */
  everyPeerMin(): number {
    return this.#peer.everyPeerMin;
  }

  /** The decisions in memory. Their bytes are measured only by the policy `quorum`. */
  retained(): Retained {
    return this.#peer.retained;
  }

  /** Whether some other peer has reported to know the decision of `seq`, and may still hold it in memory. */
  canLearn(seq: number): boolean {
    return this.#peer.canLearn(seq);
  }

  /**
   * Asks a quorum how far anything may have been decided by now, without writing anything. `onReadIndex`
   * gets the answer once a quorum can be reached. A host that has applied all instances up to the answer has
   * seen everything that was acknowledged anywhere before this call. A later call replaces one that is pending.
   */
  readIndex(): void {
    this.#loop.put({ type: 'readIndex' });
  }

  /** Whether this peer takes part. A peer that starts without memory does not, until it is admitted. */
  isMember(): boolean {
    return this.#peer.isMember;
  }

  /**
   * The peers that this peer waits for until it takes part: they have not answered, or have no memory
   * themselves. Empty once it is a member.
   */
  awaited(): readonly PeerId[] {
    return this.#peer.others.awaited;
  }

  /**
   * For each peer, the highest instance that its host is done with, as far as is known here; −1 if none is
   * known. A peer that is far below the others is the reason why instances are kept.
   */
  doneByPeer(): readonly number[] {
    return this.#peer.others.doneByPeer;
  }

  /** The peer that leads, as far as this peer knows. A proposal made there needs one round instead of two. */
  leader(): PeerId | undefined {
    return this.#peer.leader;
  }

  /** Stops for good. Later calls are harmless. Resolves when nothing is in flight. */
  kill(): Promise<void> {
    this.#closing ??= this.#loop.close();
    return this.#closing;
  }
}

function assertSeq(seq: number): void {
  if (Number.isSafeInteger(seq) && seq >= 0) return;
  throw new TypeError(`seq must be an integer from 0, not ${seq}`);
}
