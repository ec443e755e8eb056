/** Recorder: observes a run, and makes a frame after each moment. */
import type { Decision, Envelope, Write } from '@paxkv/paxos';
import type { Fate, WriteFate } from '@paxkv/simulator';
import type { Action } from '../action.ts';
import type { Judge } from '../judge/judge.ts';
import { factsOf } from '../protocol/messages.ts';
import { shortWrite, writeFactsOf } from '../protocol/writes.ts';
import type { Cluster } from '../world/cluster.ts';
import type { ClientCall, Witness } from '../world/witness.ts';
import { FlightViews } from './flight-views.ts';
import type { Frame, Occurrence } from './frame.ts';
import { PeerViews } from './peer-views.ts';

export class Recorder implements Witness {
  readonly #judge: Judge;
  readonly #flights = new FlightViews();
  #peers: PeerViews;
  #occurrences: Occurrence[] = [];
  #cuts: readonly string[] = [];
  #isLossy: boolean;
  #brokenCount = 0;

  constructor(judge: Judge, { peerCount, isLossy }: { peerCount: number; isLossy: boolean }) {
    this.#judge = judge;
    this.#peers = new PeerViews(peerCount);
    this.#isLossy = isLossy;
  }

  /** Makes the frame of this moment. Call it once after each moment. */
  frame(cluster: Cluster, moment: number): Frame {
    const { world, network } = cluster;
    const { flights, occurrences } = this.#flights.update(network.flights.all);
    const violations = this.#judge.violations;
    const broken = violations.slice(this.#brokenCount);
    this.#brokenCount = violations.length;
    const all = [
      ...this.#occurrences,
      ...occurrences,
      ...broken.map((violation) => ({ type: 'broken', violation }) as const),
    ];
    this.#occurrences = [];
    return {
      moment,
      timeMs: world.now(),
      peers: this.#peers.update(cluster),
      flights,
      cuts: this.#cuts,
      isLossy: this.#isLossy,
      requestCount: network.requestCount(),
      calls: this.#judge.calls,
      violations,
      occurrences: all,
    };
  }

  /** The links may have changed. */
  noteLinks({ network, hosts }: Cluster): void {
    const pairs = hosts.flatMap(({ me: from }) => hosts.map(({ me: to }) => ({ from, to })));
    this.#cuts = pairs
      .filter(({ from, to }) => from !== to && network.isCut(from, to))
      .map(({ from, to }) => `${from}>${to}`);
  }

  onAction(action: Action): void {
    this.#note({ type: 'action', action });
    if (action.type === 'lossy' || action.type === 'calm') this.#isLossy = action.type === 'lossy';
    if ('peer' in action) this.#peers.touch(action.peer);
    if (action.type === 'skew') this.#peers.at(action.peer).clockRate = action.rate;
  }

  onSent({ from }: Envelope<string>): void {
    this.#peers.touch(from);
  }

  onFate(fate: Fate, envelope: Envelope<string>): void {
    if (fate === 'delivered') this.#peers.touch(envelope.to);
    if (fate === 'delivered' || fate === 'lost') {
      const isKnown = this.#flights.end(envelope, fate === 'delivered' ? 'arrived' : 'lost');
      const { from, to, message } = envelope;
      if (!isKnown) this.#note({ type: 'refused', from, to, ...factsOf(message) });
    }
  }

  onWriteBegun(peer: number, writes: readonly Write<string>[]): void {
    const texts = writes.map((write) => shortWrite(writeFactsOf(write)));
    this.#peers.at(peer).disk.begin(texts);
    this.#note({ type: 'writing', peer, text: texts.join(', ') });
  }

  onWriteEnded(peer: number, fate: WriteFate, writes: readonly Write<string>[]): void {
    const { disk } = this.#peers.at(peer);
    const facts = writes.map(writeFactsOf);
    if (fate === 'kept') disk.keep(facts);
    else disk.lose();
    const text = facts.map(shortWrite).join(', ');
    this.#note({ type: fate === 'kept' ? 'durable' : 'unwritten', peer, text });
  }

  onCalled({ peer }: ClientCall): void {
    this.#peers.touch(peer);
  }

  onAnswered({ peer }: ClientCall): void {
    this.#peers.touch(peer);
  }

  onUp(peer: number): void {
    this.#peers.at(peer).hasFailed = false;
    this.#note({ type: 'up', peer });
  }

  onDown(peer: number): void {
    const notes = this.#peers.at(peer);
    notes.disk.lose();
    notes.hasFailed = false;
    this.#note({ type: 'down', peer });
  }

  onWiped(peer: number): void {
    this.#peers.at(peer).disk.wipe();
    this.#note({ type: 'wiped', peer });
  }

  onDecided(peer: number, { seq, value }: Decision<string>): void {
    this.#peers.touch(peer);
    this.#note({ type: 'decided', peer, seq, value });
  }

  onLeader(peer: number, leader: number | undefined): void {
    this.#peers.touch(peer);
    this.#note({ type: 'leader', peer, leader });
  }

  onAdmitted(peer: number): void {
    this.#peers.touch(peer);
    this.#note({ type: 'admitted', peer });
  }

  onFailed(peer: number, error: Error): void {
    this.#peers.at(peer).hasFailed = true;
    this.#note({ type: 'failed', peer, reason: error.message });
  }

  #note(occurrence: Occurrence): void {
    this.#occurrences.push(occurrence);
  }
}
