/** The trace of a run: every event as a line of text, the same for the same seed, byte for byte. */
import type { Answer, Message } from '@paxkv/client';
import type { StateMessage } from '@paxkv/kvserver/internal/replica/ports';
import type { Position } from '@paxkv/kvserver/internal/state-machine/state-store';
import { type Envelope, type Message as PeerMessage, seqOf, type Write } from '@paxkv/paxos';
import type { Ballot } from '@paxkv/paxos/core';
import type { Fate, WriteFate } from '@paxkv/simulator';
import type { HistoryEvent } from '../../history/event.ts';
import type { Fault } from '../schedule/fault.ts';
import type { Witness } from '../witness.ts';

type Bytes = Uint8Array;

export class Trace implements Witness {
  readonly #now: () => number;
  readonly #onLine: (line: string) => void;

  constructor(now: () => number, onLine: (line: string) => void) {
    this.#now = now;
    this.#onLine = onLine;
  }

  onStarted(node: number, boot: number): void {
    this.#write(`node ${node}`, `starts, boot ${boot}`);
  }

  onUp(node: number): void {
    this.#write(`node ${node}`, 'is up');
  }

  onEnded(node: number, cause: string): void {
    this.#write(`node ${node}`, `ends by ${cause}`);
  }

  onMemoryLost(node: number, of: string): void {
    this.#write(`node ${node}`, `loses its memory: ${of}`);
  }

  onDamageFound(node: number): void {
    this.#write(`node ${node}`, 'finds its journal damaged');
  }

  onFailed(node: number, error: Error): void {
    this.#write(`node ${node}`, `fails: ${error.message}`);
  }

  onLost(node: number, peer: number): void {
    this.#write(`node ${node}`, `sees its connection to ${peer} end`);
  }

  onSent(envelope: Envelope<Bytes>): void {
    const { from, to, done, floor, min, message } = envelope;
    this.#write(
      `node ${from}`,
      `sends to ${to}: ${describeMessage(message)} (done ${done}, min ${min}, floor ${floor})`,
    );
  }

  onFate(fate: Fate, { from, to, message }: Envelope<Bytes>): void {
    this.#write(`net ${from}>${to}`, `${fate}: ${describeMessage(message)}`);
  }

  onStateMessage(from: number, to: number, message: StateMessage): void {
    const { type, transfer } = message;
    const page = 'page' in message ? ` ${message.page}` : '';
    this.#write(`net ${from}>${to}`, `delivered: state ${type}${page} of transfer ${transfer}`);
  }

  onWrite(node: number, fate: WriteFate, writes: readonly Write<Bytes>[]): void {
    this.#write(`node ${node}`, `${fate} on disk: ${writes.map(describeWrite).join('; ')}`);
  }

  onApplied(node: number, { applied, revision, stateHash }: Position): void {
    const hash = Buffer.from(stateHash).toString('hex', 0, 4);
    this.#write(`node ${node}`, `applied up to ${applied}, revision ${revision}, hash ${hash}`);
  }

  onAsked(client: number, node: number, message: Message): void {
    this.#write(`client ${client}`, `asks node ${node}: ${describeRequest(message)}`);
  }

  onAnswered(node: number, message: Message, { status, body }: Answer): void {
    const answer = `${status} ${toJson(body)}`;
    this.#write(`node ${node}`, `answers ${describeRequest(message)}: ${answer}`);
  }

  onFault(phase: 'begins' | 'ends', fault: Fault): void {
    this.#write('fault', `${phase}: ${JSON.stringify(fault)}`);
  }

  onNote(text: string): void {
    this.#write('note', text);
  }

  /** An event of the history. */
  onEvent(event: HistoryEvent): void {
    const { at, ...rest } = event;
    this.#write(`process ${event.process}`, toJson(rest));
  }

  #write(source: string, what: string): void {
    this.#onLine(`${this.#now().toFixed(3).padStart(10)} ${source.padEnd(10)} ${what}`);
  }
}

function describeMessage(message: PeerMessage<Bytes>): string {
  const { type } = message;
  const seq = seqOf(message) ?? '';
  switch (message.type) {
    case 'promised': {
      const { vote } = message;
      const voted = vote ? `, voted ${nameOfBallot(vote.ballot)} ${describeValue(vote.value)}` : '';
      return `${type} ${seq} at ${nameOfBallot(message.ballot)}${voted}`;
    }
    case 'accept':
      return `${type} ${seq} at ${nameOfBallot(message.ballot)} ${describeValue(message.value)}`;
    case 'decided': {
      const value = message.value === undefined ? 'as voted' : describeValue(message.value);
      return `${type} ${seq} at ${nameOfBallot(message.ballot)} ${value}`;
    }
    case 'rejected':
      return `${type} ${seq} at ${nameOfBallot(message.ballot)} for ${nameOfBallot(message.promised)}`;
    case 'learn':
      return `${type} ${seq}, ${message.count}`;
    case 'learned':
      return `${type} ${seq} ${message.values.map(describeValue).join(' ')}`;
    case 'forgotten':
      return `${type} ${seq}`;
    case 'logPromised': {
      const votes = message.votes.map(({ seq: at, vote }) => `${at} ${nameOfBallot(vote.ballot)}`);
      return `${type} at ${nameOfBallot(message.ballot)} from ${message.firstSeq}, voted [${votes.join(', ')}]`;
    }
    case 'admit':
    case 'staleIncarnation':
      return `${type} incarnation ${message.incarnation}`;
    case 'readIndexReply':
      return `${type} ${message.id}, up to ${message.readIndex}`;
    case 'readIndex':
    case 'preVote':
    case 'preVoteGranted':
      return `${type} ${message.id}`;
    case 'admitted':
      return `${type} incarnation ${message.incarnation}, max ${message.max}`;
    default:
      return `${type} ${seq} at ${nameOfBallot(message.ballot)}`;
  }
}

function describeWrite(write: Write<Bytes>): string {
  switch (write.type) {
    case 'reserved':
      return `reserved ${write.round}`;
    case 'promised':
      return `promised ${write.seq} at ${nameOfBallot(write.ballot)}`;
    case 'accepted':
      return `accepted ${write.seq} at ${nameOfBallot(write.ballot)} ${describeValue(write.value)}`;
    case 'decided':
      return `decided ${write.seq} ${write.value === undefined ? 'as voted' : describeValue(write.value)}`;
    case 'forgotten':
      return `forgotten below ${write.min}`;
    case 'logPromised':
      return `promised the log to ${nameOfBallot(write.ballot)}`;
    case 'incarnation':
      return `incarnation ${write.incarnation}, voting floor ${write.votingFloor ?? 'none'}`;
    case 'peerRecords':
      return `peer records ${write.peers.map(({ incarnation, writeIndex }) => `${incarnation}/${writeIndex}`).join(' ')}`;
  }
}

function nameOfBallot({ round, peer }: Ballot): string {
  return `${round}.${peer}`;
}

/** Enough of a value to identify it. */
function describeValue(value: Bytes): string {
  if (value.length === 1) return 'noop';
  let sum = 0;
  for (const byte of value) sum = (Math.imul(sum, 31) + byte) | 0;
  return `#${(sum >>> 0).toString(16)}`;
}

function describeRequest({ path, body }: Message): string {
  return `${path} ${toJson(body)}`;
}

/** Truncates long texts. */
function toJson(value: unknown): string {
  const short = (_: string, field: unknown) =>
    typeof field === 'string' && field.length > 120 ? `${field.slice(0, 40)}…` : field;
  return JSON.stringify(value, short);
}
