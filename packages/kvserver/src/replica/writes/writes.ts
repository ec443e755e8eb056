/**
 * Writes: requests on their way into the log. What arrives during a round is the next batch; a batch
 * goes to the leader, or into an instance that this replica proposes, until it is applied.
 */
import type { Paxos } from '@paxkv/paxos';
import type { Bytes, Reply, Request } from '@paxkv/protocol';
import { expectEncodable, type Origin } from '../../state-machine/batch.ts';
import type { Applied, Decision } from '../../state-machine/state-machine.ts';
import type { ForwardedBatch } from '../forwarding/forward-port.ts';
import { ForwardedBatches } from '../forwarding/forwarded.ts';
import { Forwarder } from '../forwarding/forwarder.ts';
import type { ReplicaOptions } from '../replica-options.ts';
import type { PendingRequest } from '../requests/pending-request.ts';
import type { PendingRequests } from '../requests/pending-requests.ts';
import { LeaderlessGrace } from './leaderless-grace.ts';
import { type OwnBatch, OwnBatches } from './own-batches.ts';
import { OwnSession } from './own-session.ts';
import { type Batch, Proposals } from './proposals.ts';

/**
 * So much is worth an instance beside those under way. Less waits for one of them to end, and has more
 * company by then: each instance costs the servers far more than one more request in it.
 */
const worthwhileCount = 128;

/** So far ahead of all it knows of does a replica propose that cannot hear who leads. */
const headStartMax = 64;

export interface WritesOptions
  extends Pick<ReplicaOptions, 'me' | 'runId' | 'clock' | 'limits' | 'forwarding'> {
  readonly paxos: Pick<Paxos<Bytes>, 'start' | 'max' | 'leader' | 'readIndex' | 'flushNotices'>;
  readonly pending: PendingRequests;
  /** The highest instance applied. */
  readonly applied: () => number;
}

export class Writes {
  readonly #options: WritesOptions;
  readonly #session = new OwnSession();
  readonly #batches: OwnBatches;
  readonly #proposals = new Proposals();
  readonly #forwarder: Forwarder | undefined;
  readonly #forwarded: ForwardedBatches;
  readonly #interregnum: LeaderlessGrace;
  /** Own batches that were not applied yet, by number. */
  readonly #awaited = new Map<number, OwnBatch>();
  /** Whether another replica waits to hear of what was applied here. */
  #isAwaitedElsewhere = false;
  #isOpening = false;
  #isScheduled = false;
  #isStopped = false;

  constructor(options: WritesOptions) {
    const { limits, forwarding: port } = options;
    this.#options = options;
    this.#batches = new OwnBatches({ ...options, session: this.#session });
    this.#forwarded = new ForwardedBatches(limits.pendingBytesMax);
    this.#interregnum = new LeaderlessGrace(options.clock, () => this.propose());
    if (port === undefined) return;
    const leader = () => options.paxos.leader();
    this.#forwarder = new Forwarder({ ...options, port, leader, onReturned: () => this.propose() });
    port.open((from, message) => this.#onHandedIn(from, message));
  }

  /** @throws TypeError, KvError `KV_OVERLOADED` */
  add(request: Request, signal: AbortSignal | undefined): Promise<Reply> {
    expectEncodable(request);
    const reply = this.#options.pending.add(request, signal);
    this.propose();
    return reply;
  }

  /** Whether a batch is under way in that instance. */
  isInFlight(seq: number): boolean {
    return this.#proposals.isInFlight(seq);
  }

  /** Makes batches soon, of all that has arrived by then. */
  propose(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    queueMicrotask(() => {
      this.#isScheduled = false;
      this.#proposeAll();
    });
  }

  onDecided({ seq, value }: Decision): void {
    const isLost = this.#proposals.onDecided(seq, value);
    // How far the leader has come that this replica cannot hear, only the others can tell.
    if (isLost && this.#interregnum.isLong) this.#options.paxos.readIndex();
    this.propose();
  }

  onApplied({ origin, replies }: Applied): void {
    this.#forwarder?.onProgress();
    if (origin === undefined) return;
    this.#forwarded.onApplied(origin);
    this.#isAwaitedElsewhere ||= origin.node !== this.#options.me && this.#isLeading;
    const batch = this.#takeAwaited(origin);
    batch?.requests.forEach((request, index) => {
      const reply = replies[index];
      if (reply !== undefined) this.#answer(request, reply);
    });
    // There is room for another where it was with the leader until now.
    this.propose();
  }

  /** Somebody else leads than before, or nobody. */
  onLeader(): void {
    if (!this.#isLeading) this.#forwarded.abandon();
    this.#interregnum.onLeader(this.#options.paxos.leader());
    this.#forwarder?.onLeader();
    this.propose();
  }

  /** Nobody awaits the request any more. */
  onSettled(request: PendingRequest): void {
    this.#session.end(request);
  }

  /** Nobody waits for any write any more, and the log was leapt over. */
  abandon(): void {
    this.#awaited.clear();
    this.#proposals.abandon();
    this.#forwarder?.abandon();
    this.#forwarded.abandon();
  }

  stop(): void {
    this.#isStopped = true;
    this.#interregnum.stop();
    this.#forwarder?.stop();
    this.#options.forwarding?.close();
  }

  get #isLeading(): boolean {
    return this.#options.paxos.leader() === this.#options.me;
  }

  #proposeAll(): void {
    while (!this.#isStopped && this.#hasRoom()) {
      const batch = this.#next();
      if (batch === undefined) break;
      this.#begin(batch);
    }
    if (!this.#isStopped && this.#session.isWanted) this.#openSession();
    this.#tell();
  }

  /** After all was started on which the news might have gone. */
  #tell(): void {
    if (this.#isAwaitedElsewhere) this.#options.paxos.flushNotices();
    this.#isAwaitedElsewhere = false;
  }

  #hasRoom(): boolean {
    if (this.#interregnum.isOn) return false;
    return this.#underWayCount < this.#options.limits.inFlightInstanceCountMax;
  }

  get #underWayCount(): number {
    return this.#proposals.inFlightCount + (this.#forwarder?.count ?? 0);
  }

  /** The next batch to be proposed here: first those that have waited longest. */
  #next(): Batch | undefined {
    while (this.#hasRoom()) {
      const own = this.#forwarder?.takeReturned() ?? this.#takeHandedIn();
      if (own !== undefined) return own;
      const batch = this.#takeDisplaced() ?? this.#nextOwn();
      if (batch === undefined || this.#forwarder?.give(batch) !== true) return batch;
    }
    return undefined;
  }

  #takeHandedIn(): Batch | undefined {
    return this.#isLeading ? this.#forwarded.take() : undefined;
  }

  /** The batch of another is its own affair again once this replica does not lead any more. */
  #takeDisplaced(): Batch | undefined {
    for (;;) {
      const batch = this.#proposals.takeDisplaced();
      if (batch === undefined || batch.requests !== undefined || this.#isLeading) return batch;
    }
  }

  #nextOwn(): OwnBatch | undefined {
    if (this.#underWayCount > 0 && this.#options.pending.queuedCount < worthwhileCount) return;
    const batch = this.#batches.next();
    if (batch !== undefined) this.#awaited.set(batch.origin.number, batch);
    return batch;
  }

  #begin(batch: Batch): void {
    const seq = this.#nextInstance();
    this.#proposals.begin(seq, batch);
    this.#options.paxos.start(seq, batch.value);
  }

  /**
   * The next free one, as far as is known here. Another replica may want the same; the one that loses
   * it goes on to the next with its batch, and with what gathered meanwhile in the one after.
   */
  #nextInstance(): number {
    const { applied, paxos } = this.#options;
    return 1 + this.#headStart + Math.max(applied(), paxos.max(), this.#proposals.highestSeq);
  }

  /**
   * A leader that others hear, and this replica does not, takes the next free instance before this one can:
   * so it goes further ahead each time it loses. What it leaps over that leader fills, or it fills itself.
   */
  get #headStart(): number {
    if (!this.#interregnum.isLong) return 0;
    return Math.min(headStartMax, 2 ** this.#proposals.lostInRow - 1);
  }

  #onHandedIn(from: number, { runId, number, value }: ForwardedBatch): void {
    const { me, paxos } = this.#options;
    const leader = paxos.leader() ?? me;
    // Whoever handed it over soon hears who leads now, and gives it there. Where nobody leads, those who
    // are to follow this replica may know before it does, so it keeps what they give.
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

  #answer(pending: PendingRequest, reply: Reply): void {
    const isExpired = reply.type === 'refused' && reply.reason === 'sessionExpired';
    if (!isExpired || pending.request.stamp !== undefined) {
      pending.resolve(reply);
      return;
    }
    // Safety: this is the first copy of the batch to be applied, and no number of an expired session is
    // ever done. So the write was not done, and may go out anew under another session.
    this.#session.expire(pending);
    this.#options.pending.requeue(pending);
    this.propose();
  }

  /** The log gives out sessions: opening one is a request like any other. */
  #openSession(): void {
    if (this.#isOpening) return;
    this.#isOpening = true;
    const client = `node ${this.#options.me}`;
    this.#options.pending.addOwn({ command: { type: 'openSession', client } }).then(
      (reply) => this.#onOpened(reply),
      // Nobody is told: whoever waits for the session is told when his own time is over.
      () => this.#onOpened(undefined),
    );
    this.propose();
  }

  #onOpened(reply: Reply | undefined): void {
    this.#isOpening = false;
    if (reply?.type === 'sessionOpened') this.#session.open(reply.session);
    this.propose();
  }
}
