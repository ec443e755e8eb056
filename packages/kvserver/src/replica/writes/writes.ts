/**
 * Writes: takes requests into the log. Requests that arrive during a round become the next batch. Until a
 * batch is applied, it is forwarded to the leader or proposed by this replica.
 */
import type { Clock, Decision, Paxos, PeerId } from '@paxkv/paxos';
import type { Bytes, Reply, Request } from '@paxkv/protocol';
import type { Limits } from '../../config/settings.ts';
import { expectEncodable, type Origin } from '../../state-machine/batch.ts';
import type { Applied } from '../../state-machine/state-machine.ts';
import type { Values } from '../../state-machine/values.ts';
import type { AppliedState } from '../apply/applier.ts';
import { ForwardedBatches } from '../forwarding/forwarded.ts';
import { Forwarder } from '../forwarding/forwarder.ts';
import type { ForwardedBatch, ForwardPort } from '../ports.ts';
import type { StepMark } from '../request-timing.ts';
import type { PendingRequest } from '../requests/pending-request.ts';
import type { SubmitOptions } from '../submitter.ts';
import { Alternation } from './alternation.ts';
import { LeaderlessGrace } from './leaderless-grace.ts';
import { type OwnBatch, OwnBatches, type OwnBatchesOptions } from './own-batches.ts';
import { type Batch, isAwaited, Proposals } from './proposals.ts';
import { ServerProposals } from './server-proposals.ts';

/**
 * At least this many queued requests get an instance while own batches are in flight. Fewer wait until those end, to
 * be batched with later ones, but not for those of followers: an instance costs far more than a request in it.
 */
const worthwhileCount = 128;

/** How far above the highest known instance a replica may propose while the leader does not reach it. */
const headStartMax = 64;

export interface WritesOptions extends Omit<OwnBatchesOptions, 'node' | 'values'> {
  readonly me: PeerId;
  readonly clock: Clock;
  readonly limits: Limits;
  readonly paxos: Pick<
    Paxos<Bytes>,
    'start' | 'proposalFloor' | 'max' | 'leader' | 'readIndex' | 'flushNotices'
  >;
  readonly state: Pick<AppliedState, 'applied'>;
  /** Whether the log may take requests: the cluster has an incarnation, or needs none at its feature level. */
  readonly isFounded: () => boolean;
  readonly values: Pick<Values, 'encode' | 'acceptsBatch'>;
  /** Carries batches to the leader. Without it each replica proposes its own batches. */
  readonly forwarding?: ForwardPort | undefined;
}

export class Writes {
  readonly #options: WritesOptions;
  readonly #batches: OwnBatches;
  readonly #proposals = new Proposals();
  readonly #forwarder: Forwarder | undefined;
  readonly #forwarded: ForwardedBatches;
  readonly #leaderlessGrace: LeaderlessGrace;
  readonly #turns = new Alternation();
  /** Own batches that are not applied yet, by number. */
  readonly #awaited = new Map<number, OwnBatch>();
  /** Whether another replica waits for a decision that this one made as the leader. */
  #isAwaitedElsewhere = false;
  #isOpeningSession = false;
  /** What this replica proposes by itself. */
  readonly ofServer: ServerProposals;
  #isScheduled = false;
  #isStopped = false;

  constructor(options: WritesOptions) {
    const { me, runId, clock, paxos, forwarding: port } = options;
    this.#options = options;
    this.#batches = new OwnBatches({ ...options, node: me });
    this.ofServer = new ServerProposals({
      origin: { node: me, runId, number: 0 },
      proposals: this.#proposals,
      onAsked: () => this.propose(),
    });
    this.#forwarded = new ForwardedBatches(options.limits.pendingBytesMax, options.values);
    this.#leaderlessGrace = new LeaderlessGrace(clock, () => this.propose());
    if (port === undefined) return;
    this.#forwarder = new Forwarder({ me, port, clock, paxos, onReturned: () => this.propose() });
    port.open((from, message) => this.#onForwarded(from, message));
  }

  /** @throws TypeError, KvError `KV_OVERLOADED` */
  add(request: Request, options: SubmitOptions): Promise<Reply> {
    expectEncodable(request);
    const reply = this.#options.pending.add(request, options);
    this.propose();
    return reply;
  }

  /** Whether a batch is proposed for that instance. */
  isInFlight(seq: number): boolean {
    return this.#proposals.isInFlight(seq);
  }

  /** Makes batches in a microtask, of everything that has arrived by then. */
  propose(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    queueMicrotask(() => {
      this.#isScheduled = false;
      this.#proposeAll();
    });
  }

  onDecided({ seq, value }: Decision<Bytes>): void {
    const isLost = this.#proposals.onDecided(seq, value);
    // The leader does not reach this replica, so only the others know how far it has come.
    if (isLost && this.#leaderlessGrace.isLeaderUnreachable) this.#options.paxos.readIndex();
    this.propose();
  }

  /** `decided`: when the instance was decided, if that is known. */
  onApplied({ origin, replies }: Applied, decided?: StepMark): void {
    this.#forwarder?.onProgress();
    if (origin !== undefined) this.#onBatchApplied(origin, replies, decided);
    // The batch leaves room for another one, or a raise has founded the cluster.
    this.propose();
  }

  #onBatchApplied(origin: Origin, replies: readonly Reply[], decided?: StepMark): void {
    this.#forwarded.onApplied(origin);
    this.#isAwaitedElsewhere ||= origin.node !== this.#options.me && this.#isLeading;
    this.#takeAwaited(origin)?.requests.forEach((request, index) => {
      const reply = replies[index];
      if (reply !== undefined) this.#reply(request, reply, decided);
    });
  }

  /** The known leader changed. */
  onLeader(): void {
    if (!this.#isLeading) this.#forwarded.abandon();
    this.#leaderlessGrace.onLeader(this.#options.paxos.leader());
    this.#forwarder?.onLeader();
    this.propose();
  }

  /**
   * Drops every batch, since the state will skip instances in which they may be decided. No request waits for them: a
   * later copy would not tell what became of the first.
   */
  abandon(): void {
    this.#awaited.clear();
    this.#proposals.abandon();
    this.#forwarder?.abandon();
    this.#forwarded.abandon();
  }

  stop(): void {
    this.#isStopped = true;
    this.#leaderlessGrace.stop();
    this.#forwarder?.stop();
    this.#options.forwarding?.close();
  }

  get #isLeading(): boolean {
    return this.#options.paxos.leader() === this.#options.me;
  }

  #proposeAll(): void {
    this.#proposals.onPassed(this.#options.state.applied);
    while (!this.#isStopped && this.#hasRoom()) {
      const batch = this.#next();
      if (batch === undefined) break;
      this.#begin(batch);
    }
    if (!this.#isStopped && this.#options.session.isWanted) this.#openSession();
    this.#flushNotices();
  }

  /** Called after all instances are started, since their messages carry piggybacked notices. */
  #flushNotices(): void {
    if (this.#isAwaitedElsewhere) this.#options.paxos.flushNotices();
    this.#isAwaitedElsewhere = false;
  }

  #hasRoom(): boolean {
    if (this.#leaderlessGrace.isActive) return false;
    const count = this.#proposals.inFlightCount + (this.#forwarder?.count ?? 0);
    return count < this.#options.limits.inFlightInstanceCountMax;
  }

  /** The next batch to propose. Batches that have waited longest come first. */
  #next(): Batch | undefined {
    while (this.#hasRoom()) {
      const raise = this.ofServer.takeRaise(this.#isLeading);
      if (raise !== undefined || !this.#options.isFounded()) return raise;
      const expiry = this.ofServer.takeExpiry(this.#isLeading);
      if (expiry !== undefined) return expiry;
      const returned = this.#forwarder?.takeReturned();
      if (returned !== undefined) return returned;
      // Batches of busy followers would keep this replica's own out.
      const batch = this.#turns.take(
        () => this.#takeForwarded(),
        () => this.#takeDisplaced() ?? this.#nextOwn(),
      );
      if (batch === undefined || this.#forwarder?.forward(batch) !== true) return batch;
    }
    return undefined;
  }

  #takeForwarded(): Batch | undefined {
    return this.#isLeading ? this.#forwarded.take() : undefined;
  }

  /** The next displaced batch. If this replica no longer leads, a forwarded batch is left to its sender. */
  #takeDisplaced(): Batch | undefined {
    for (;;) {
      const batch = this.#proposals.takeDisplaced();
      if (batch === undefined || batch.requests !== undefined || this.#isLeading) return batch;
    }
  }

  #nextOwn(): OwnBatch | undefined {
    const ownCount = this.#proposals.ownInFlightCount + (this.#forwarder?.count ?? 0);
    if (ownCount > 0 && this.#options.pending.queuedCount < worthwhileCount) return;
    const batch = this.#batches.next();
    if (batch === undefined) return undefined;
    // A batch may have been given up without being applied, once no request waited for it any more.
    for (const [number, other] of this.#awaited) {
      if (!isAwaited(other)) this.#awaited.delete(number);
    }
    this.#awaited.set(batch.origin.number, batch);
    return batch;
  }

  #begin(batch: Batch): void {
    const seq = this.#nextInstance();
    this.#proposals.begin(seq, batch);
    this.#options.paxos.start(seq, batch.value);
  }

  /**
   * The next free instance, as far as this replica knows. Another replica may propose in the same instance;
   * the batch that loses it is then proposed in the next one.
   */
  #nextInstance(): number {
    const { state, paxos } = this.#options;
    const known = Math.max(state.applied, paxos.max(), this.#proposals.highestSeq);
    return Math.max(paxos.proposalFloor(), 1 + this.#headStart + known);
  }

  /**
   * A leader that reaches only the others takes the next free instance before this replica can. This replica
   * therefore goes further ahead after each loss. The leader or this replica fills the gap that results.
   */
  get #headStart(): number {
    if (!this.#leaderlessGrace.isLeaderUnreachable) return 0;
    return Math.min(headStartMax, 2 ** this.#proposals.consecutiveLosses - 1);
  }

  #onForwarded(from: PeerId, { runId, number, value }: ForwardedBatch): void {
    const { me, paxos } = this.#options;
    const leader = paxos.leader() ?? me;
    // If another replica leads, the sender learns of that leader soon and forwards the batch to it. While no
    // leader is known, this one may be about to lead and the others may know it already, so it keeps the batch.
    if (this.#isStopped || leader !== me) return;
    if (this.#forwarded.add({ origin: { node: from, runId, number }, value })) this.propose();
  }

  #takeAwaited({ node, runId, number }: Origin): OwnBatch | undefined {
    if (node !== this.#options.me || runId !== this.#options.runId) return undefined;
    const batch = this.#awaited.get(number);
    this.#awaited.delete(number);
    this.#forwarder?.onApplied(number);
    return batch;
  }

  #reply(pending: PendingRequest, reply: Reply, decided: StepMark | undefined): void {
    const isExpired = reply.type === 'refused' && reply.reason === 'sessionExpired';
    if (!isExpired || pending.request.stamp !== undefined) pending.resolve(reply, decided);
    else {
      // Safety: this is the first copy of the batch in the log, since no request waits here any more once a newer state
      // has skipped instances. No number of an expired session ever takes effect. So the write was not done, and may be
      // proposed again under another session.
      this.#options.session.expire(pending);
      this.#options.pending.requeue(pending);
      this.propose();
    }
  }

  /** The log assigns session ids, so opening a session is a request like any other. */
  #openSession(): void {
    if (this.#isOpeningSession) return;
    this.#isOpeningSession = true;
    const client = `node ${this.#options.me}`;
    this.#options.pending.addOwn({ command: { type: 'openSession', client } }).then(
      (reply) => this.#onSessionOpened(reply),
      // The writes that wait for the session report the failure when their own deadline passes.
      () => this.#onSessionOpened(undefined),
    );
    this.propose();
  }

  #onSessionOpened(reply: Reply | undefined): void {
    this.#isOpeningSession = false;
    if (reply?.type === 'openSession') this.#options.session.open(reply.session);
    this.propose();
  }
}
