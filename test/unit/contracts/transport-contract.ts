/**
 * The contract of every Transport, simulated or real, in a network where nothing fails. What a transport
 * does when the network fails is tested separately.
 */
import {
  type Envelope,
  type Inbox,
  type Message,
  type PeerId,
  seqOf,
  type Transport,
} from '@paxkv/paxos';
import { expect } from 'chai';
import { nothingForgotten, plainMark } from './plain-mark.ts';

/** What the answers tell of their senders. */
const progress = { done: 7, floor: 4, min: 3, everyPeerMin: 2, stateEpoch: 1 } as const;

/** One network, a new one for each test. */
export interface TransportFixture<V> {
  /** Transports of peers 0 to 2, which can reach each other; not open yet. */
  readonly transports: readonly Transport<V>[];
  /** A value that stands for this text. */
  toValue(text: string): V;
  /** Lets time pass until the promise settles; in real time, the promise itself. */
  settle<T>(promise: Promise<T>): Promise<T>;
  /** Lets time pass until everything sent so far has arrived or is lost. */
  quiet(): Promise<void>;
  /** Releases everything; the transports are closed already. */
  close(): Promise<void>;
}

const peerCount = 3;
const ballot = { round: 3, peer: 0 };

export function transportContract<V>(name: string, make: () => Promise<TransportFixture<V>>): void {
  describe(`${name} keeps the contract of Transport`, () => {
    let fixture: TransportFixture<V>;
    let peers: RecordingPeer<V>[];

    beforeEach(async () => {
      fixture = await make();
      peers = fixture.transports.slice(0, peerCount).map((it, me) => new RecordingPeer(it, me));
      for (const peer of peers) await fixture.settle(peer.open());
    });

    afterEach(async () => {
      for (const peer of peers) await fixture.settle(peer.close());
      await fixture.close();
    });

    function peer(id: PeerId): RecordingPeer<V> {
      const found = peers[id];
      if (found === undefined) throw new Error(`the fixture has no transport for peer ${id}`);
      return found;
    }

    it('delivers requests of every type unchanged, and only to the peer they name', async () => {
      const value = fixture.toValue('a value: ☃ \u0000');
      const requests: Message<V>[] = [
        { type: 'prepare', seq: 0, ballot },
        { type: 'accept', seq: 2 ** 40, ballot: { round: 2 ** 48, peer: 0 }, value },
        { type: 'decided', seq: 1, ballot, value },
        { type: 'decided', seq: 2, ballot },
        { type: 'learn', seq: 3, count: 16 },
      ];
      const sent = requests.map((message) => ({
        from: 0,
        to: 1,
        ...nothingForgotten,
        mark: plainMark(),
        message,
      }));
      for (const envelope of sent) peer(0).transport.send(envelope);
      await fixture.settle(peer(1).receivedCount(sent.length));
      expect(bySeq(peer(1).received)).to.deep.equal(bySeq(sent));
      expect([peer(0).received, peer(2).received]).to.deep.equal([[], []]);
    });

    it('delivers answers of every type unchanged to the peer that asked', async () => {
      const vote = { ballot: { round: 1, peer: 2 }, value: fixture.toValue('voted for') };
      const values = [fixture.toValue('first'), fixture.toValue(''), fixture.toValue('third')];
      const exchanges: [request: Message<V>, answer: Message<V>][] = [
        [
          { type: 'prepare', seq: 0, ballot },
          { type: 'promised', seq: 0, ballot, vote },
        ],
        [
          { type: 'prepare', seq: 1, ballot },
          { type: 'promised', seq: 1, ballot },
        ],
        [
          { type: 'prepare', seq: 2, ballot },
          { type: 'rejected', seq: 2, ballot, promised: ballot },
        ],
        [
          { type: 'accept', seq: 3, ballot, value: vote.value },
          { type: 'accepted', seq: 3, ballot },
        ],
        [
          { type: 'learn', seq: 4, count: 3 },
          { type: 'learned', seq: 4, values },
        ],
        [
          { type: 'prepare', seq: 5, ballot },
          { type: 'forgotten', seq: 5 },
        ],
      ];
      const answers = exchanges.map(([, answer]) => answer);
      peer(1).answerWith(({ message }) =>
        answers.find((answer) => seqOf(answer) === seqOf(message)),
      );
      for (const [request] of exchanges) peer(0).ask(1, request);
      await fixture.settle(peer(0).receivedCount(answers.length));
      const expected = answers.map((message) => ({
        from: 1,
        to: 0,
        ...progress,
        mark: plainMark(),
        message,
      }));
      expect(bySeq(peer(0).received)).to.deep.equal(expected);
    });

    it('carries messages both ways between all peers at once, and loses none', async () => {
      const seqs = Array.from({ length: 100 }, (_, seq) => seq);
      for (const from of peers) {
        for (const to of peers.filter((other) => other !== from)) {
          for (const seq of seqs) from.ask(to.me, { type: 'learn', seq, count: 1 });
        }
      }
      for (const { receivedCount } of peers) await fixture.settle(receivedCount(2 * seqs.length));
      for (const { me, received } of peers) {
        const others = peers.filter((other) => other.me !== me);
        const expected = others.flatMap((other) => seqs.map((seq) => `${other.me} ${seq}`));
        const arrived = received.map(({ from, message }) => `${from} ${seqOf(message)}`);
        expect(arrived).to.have.members(expected);
      }
    });

    it('carries a value of a megabyte', async () => {
      const value = fixture.toValue('large '.repeat(175_000));
      peer(0).ask(1, { type: 'accept', seq: 0, ballot, value });
      await fixture.settle(peer(1).receivedCount(1));
      expect(peer(1).received[0]?.message).to.deep.equal({ type: 'accept', seq: 0, ballot, value });
    });

    it('gives the receiver its own copy of a message', async () => {
      const message: Message<V> = { type: 'prepare', seq: 0, ballot: { ...ballot } };
      peer(0).ask(1, message);
      await fixture.settle(peer(1).receivedCount(1));
      const arrived = peer(1).received[0]?.message;
      expect(arrived).to.deep.equal(message);
      expect(arrived).to.not.equal(message);
    });

    it('delivers nothing before send has returned', async () => {
      peer(0).ask(1, { type: 'learn', seq: 0, count: 1 });
      expect(peer(1).received).to.deep.equal([]);
      await fixture.settle(peer(1).receivedCount(1));
    });

    it('delivers what was flushed once, and not before flush has returned', async () => {
      const { transport } = peer(0);
      const ask = (seq: number) => peer(0).ask(1, { type: 'learn', seq, count: 1 });
      for (const seq of [0, 1]) ask(seq);
      transport.flush?.();
      ask(2);
      transport.flush?.();
      transport.flush?.();
      ask(3);
      expect(peer(1).received).to.deep.equal([]);
      await fixture.settle(peer(1).receivedCount(4));
      expect(bySeq(peer(1).received).map(({ message }) => seqOf(message))).to.deep.equal([
        0, 1, 2, 3,
      ]);
      expect(peer(0).undelivered).to.deep.equal([]);
    });

    it('sends to a closed peer without throwing, and gives no hint about others', async () => {
      await fixture.settle(peer(1).close());
      peer(0).ask(1, { type: 'prepare', seq: 8, ballot });
      peer(0).ask(2, { type: 'prepare', seq: 9, ballot });
      await fixture.settle(peer(2).receivedCount(1));
      await fixture.quiet();
      const hinted = new Set(
        peer(0).undelivered.map(({ to, message }) => `${to} ${seqOf(message)}`),
      );
      hinted.delete('1 8');
      expect([...hinted]).to.deep.equal([]);
    });

    it('delivers and accepts nothing once closed', async () => {
      peer(0).ask(1, { type: 'learn', seq: 0, count: 1 });
      await fixture.settle(peer(1).close());
      const receivedByThen = peer(1).received.length;
      peer(1).ask(2, { type: 'learn', seq: 1, count: 1 });
      peer(0).ask(1, { type: 'learn', seq: 2, count: 1 });
      await fixture.quiet();
      expect(peer(1).received).to.have.lengthOf(receivedByThen);
      expect(peer(1).undelivered).to.deep.equal([]);
      expect(peer(2).received).to.deep.equal([]);
    });
  });
}

/** A peer that records what it receives. The test sets its answers. */
class RecordingPeer<V> implements Inbox<V> {
  readonly transport: Transport<V>;
  readonly me: PeerId;
  readonly received: Envelope<V>[] = [];
  readonly undelivered: Envelope<V>[] = [];
  #answer: (request: Envelope<V>) => Message<V> | undefined = () => undefined;
  #waiting: { readonly count: number; readonly resolve: () => void } | undefined;
  #isClosed = false;

  constructor(transport: Transport<V>, me: PeerId) {
    this.transport = transport;
    this.me = me;
  }

  open(): Promise<void> {
    return this.transport.open(this);
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    await this.transport.close();
  }

  ask(to: PeerId, message: Message<V>): void {
    this.transport.send({ from: this.me, to, ...progress, mark: plainMark(), message });
  }

  answerWith(answer: (request: Envelope<V>) => Message<V> | undefined): void {
    this.#answer = answer;
  }

  readonly receivedCount = (count: number): Promise<void> =>
    new Promise((resolve) => {
      this.#waiting = { count, resolve };
      this.#wake();
    });

  receive(envelope: Envelope<V>): void {
    this.received.push(envelope);
    const answer = this.#answer(envelope);
    if (answer !== undefined) this.ask(envelope.from, answer);
    this.#wake();
  }

  disconnected(): void {}

  undeliverable(envelope: Envelope<V>): void {
    this.undelivered.push(envelope);
  }

  #wake(): void {
    if (this.#waiting !== undefined && this.received.length >= this.#waiting.count) {
      this.#waiting.resolve();
    }
  }
}

/** Sorted, since a transport need not keep the order. */
function bySeq<V>(envelopes: readonly Envelope<V>[]): Envelope<V>[] {
  return envelopes.toSorted((a, b) => (seqOf(a.message) ?? -1) - (seqOf(b.message) ?? -1));
}
