/**
 * Trace frames: what the page shows of each step of a replay. Only one peer was recorded. So the others have no state,
 * and of a message only one end is known: the other one is drawn {@link wayMs} away.
 */
import type { Envelope, Peer, PeerEvent, ReplayedStep, TraceStart, Write } from '@paxkv/paxos/core';
import { factsOf, type MessageFacts } from '../engine/protocol/messages.ts';
import { shortWrite, type WriteFacts, writeFactsOf } from '../engine/protocol/writes.ts';
import { DiskContents } from '../engine/timeline/disk-contents.ts';
import type {
  DiskView,
  FlightView,
  Frame,
  InstanceView,
  Occurrence,
  PeerView,
} from '../engine/timeline/frame.ts';
import { nameOfValue } from './value-name.ts';

/** How long a message is drawn on its way, in milliseconds. */
export const wayMs = 1;
/** The latest instances that a frame has. */
const instanceCountMax = 24;
/** The pending writes that a frame names. */
const pendingCountMax = 4;

type FrameInMaking = Omit<Frame, 'flights'> & { readonly flights: FlightView[] };

export class TraceFrames {
  readonly #me: number;
  readonly #peerCount: number;
  readonly #disk = new DiskContents();
  #pending: Write<string>[] = [];
  /** Messages that leave once the pending write has ended. */
  #held: Envelope<string>[] = [];
  #flightCount = 0;
  #leader: number | undefined;
  #wasMember: boolean;

  constructor(start: TraceStart, peer: Peer<string>) {
    this.#me = start.me;
    this.#peerCount = start.peerCount;
    this.#leader = peer.leader;
    this.#wasMember = peer.isMember;
    this.#disk.keep([...start.memory.writes.map(factsOfWrite), ...factsIn(start)]);
  }

  /** The frame of the start itself. */
  first(peer: Peer<string>, moment: number, timeMs: number): FrameInMaking {
    return this.#frame(peer, { moment, timeMs }, [{ type: 'up', peer: this.#me }], []);
  }

  /**
   * The frame after a step. `earlier`: the frames before it, from the first on; a message that arrives now is put into
   * those in which it was on its way.
   */
  next(
    { step: { event }, effects }: ReplayedStep,
    peer: Peer<string>,
    { moment, timeMs, earlier }: { moment: number; timeMs: number; earlier: FrameInMaking[] },
  ): FrameInMaking {
    const occurrences: Occurrence[] = [...this.#occurrencesOf(event)];
    if (event.type === 'receive' && event.envelope.from !== this.#me) {
      const flight = this.#flight(event.envelope, timeMs - wayMs);
      for (let at = earlier.length - 1; at >= 0; at -= 1) {
        const before = earlier[at];
        if (before === undefined || before.timeMs < flight.sentMs) break;
        before.flights.push(flight);
      }
      occurrences.push({ type: 'arrived', flight });
    }
    const sent = this.#sentBy(event, effects).map((each) => this.#flight(each, timeMs));
    occurrences.push(...sent.map((flight) => ({ type: 'sent', flight }) as const));
    for (const { seq, value } of effects.decided) {
      occurrences.push({ type: 'decided', peer: this.#me, seq, value: nameOfValue(value) });
    }
    if (effects.persist.length > 0) {
      const text = effects.persist.map((write) => shortWrite(factsOfWrite(write))).join(', ');
      occurrences.push({ type: 'writing', peer: this.#me, text });
    }
    occurrences.push(...this.#changesOf(peer));
    if (effects.memoryLoss !== undefined) {
      occurrences.push({ type: 'failed', peer: this.#me, reason: effects.memoryLoss });
    }
    const onTheWay = (earlier.at(-1)?.flights ?? []).filter(({ arrivalMs }) => arrivalMs > timeMs);
    return this.#frame(peer, { moment, timeMs }, occurrences, [...onTheWay, ...sent]);
  }

  #frame(
    peer: Peer<string>,
    { moment, timeMs }: { moment: number; timeMs: number },
    occurrences: readonly Occurrence[],
    flights: FlightView[],
  ): FrameInMaking {
    const peers = Array.from({ length: this.#peerCount }, (_, id) =>
      id === this.#me ? this.#view(peer) : unknownPeer(id),
    );
    return {
      ...{ moment, timeMs, peers, flights, occurrences },
      ...{ cuts: [], isLossy: false, requestCount: 0, calls: [], violations: [] },
    };
  }

  #view(peer: Peer<string>): PeerView {
    const { isMember, leader, min, max } = peer;
    const from = Math.max(0, max - instanceCountMax + 1);
    const instances = Array.from({ length: max - from + 1 }, (_, index) =>
      this.#instance(peer, from + index),
    );
    const pending = this.#pending.slice(0, pendingCountMax).map(factsOfWrite).map(shortWrite);
    const disk = { ...this.#disk.view, pending, writeCount: peer.writeIndex };
    const applied = peer.others.doneByPeer[this.#me] ?? -1;
    const known = { isMember, leader, min, max, applied, disk, instances };
    return { id: this.#me, state: 'up', isDeaf: false, clockRate: 1, ...known };
  }

  #instance(peer: Peer<string>, seq: number): InstanceView {
    const status = peer.status(seq);
    const { promised, vote } = this.#disk.at(seq);
    const fate = status.fate === 'pending' ? 'undecided' : status.fate;
    const value = status.fate === 'decided' ? nameOfValue(status.value) : undefined;
    return { seq, fate, value, promised, vote };
  }

  #sentBy(
    event: PeerEvent<string>,
    { sendNow, sendAfter, persist, note }: ReplayedStep['effects'],
  ): Envelope<string>[] {
    const sent = [...sendNow];
    if (event.type === 'persisted') {
      this.#disk.keep(event.writes.map(factsOfWrite));
      this.#pending.splice(0, event.writes.length);
      sent.push(...this.#held.splice(0));
    }
    this.#pending.push(...persist);
    this.#disk.keep(note.map(factsOfWrite));
    if (this.#pending.length > 0) this.#held.push(...sendAfter);
    else sent.push(...sendAfter);
    return sent.filter(({ to }) => to !== this.#me);
  }

  *#occurrencesOf(event: PeerEvent<string>): Generator<Occurrence> {
    const peer = this.#me;
    if (event.type === 'propose') {
      const { seq } = event;
      const value = nameOfValue(event.value);
      yield { type: 'action', action: { type: 'propose', peer, seq, value } };
    } else if (event.type === 'done') {
      yield { type: 'action', action: { type: 'done', peer, seq: event.seq } };
    } else if (event.type === 'persisted' && event.writes.length > 0) {
      const text = event.writes.map((write) => shortWrite(factsOfWrite(write))).join(', ');
      yield { type: 'durable', peer, text };
    }
  }

  *#changesOf({ leader, isMember }: Peer<string>): Generator<Occurrence> {
    if (leader !== this.#leader) yield { type: 'leader', peer: this.#me, leader };
    if (isMember && !this.#wasMember) yield { type: 'admitted', peer: this.#me };
    this.#leader = leader;
    this.#wasMember = isMember;
  }

  #flight({ from, to, message }: Envelope<string>, sentMs: number): FlightView {
    const facts: MessageFacts = factsOf(message);
    const value = facts.value === undefined ? undefined : nameOfValue(facts.value);
    this.#flightCount += 1;
    const arrivalMs = sentMs + wayMs;
    return { ...facts, value, id: this.#flightCount, from, to, sentMs, arrivalMs };
  }
}

/** What the disk of a peer holds that begins in the middle of a run. */
function factsIn({ snapshot }: TraceStart): WriteFacts[] {
  if (snapshot === undefined) return [];
  const { instances, logPromise } = snapshot.roles.acceptor;
  const facts: WriteFacts[] = [];
  if (logPromise !== undefined) facts.push({ kind: 'logPromise', ballot: logPromise });
  for (const [seq, { promised, vote }] of instances.records) {
    if (vote !== undefined) {
      facts.push({ kind: 'vote', seq, ballot: vote.ballot, value: nameOfValue(vote.value) });
    }
    if (promised !== undefined) facts.push({ kind: 'promise', seq, ballot: promised });
  }
  return facts;
}

function factsOfWrite(write: Write<string>): WriteFacts {
  const facts = writeFactsOf(write);
  return 'value' in facts && facts.value !== undefined
    ? { ...facts, value: nameOfValue(facts.value) }
    : facts;
}

const unknownDisk: DiskView = new DiskContents().view;

function unknownPeer(id: number): PeerView {
  const nothing = { leader: undefined, min: 0, max: -1, applied: -1, instances: [] };
  const usual = { isDeaf: false, isMember: true, clockRate: 1, disk: unknownDisk };
  return { id, state: 'unknown', ...usual, ...nothing };
}
