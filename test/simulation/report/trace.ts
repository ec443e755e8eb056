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
    this.#tell(`node ${node}`, `starts, boot ${boot}`);
  }

  onUp(node: number): void {
    this.#tell(`node ${node}`, 'is up');
  }

  onEnded(node: number, cause: string): void {
    this.#tell(`node ${node}`, `ends by ${cause}`);
  }

  onMemoryLost(node: number, of: string): void {
    this.#tell(`node ${node}`, `loses its memory: ${of}`);
  }

  onFailed(node: number, error: Error): void {
    this.#tell(`node ${node}`, `fails: ${error.message}`);
  }

  onLost(node: number, peer: number): void {
    this.#tell(`node ${node}`, `sees its connection to ${peer} end`);
  }

  onSent(envelope: Envelope<Bytes>): void {
    const { from, to, done, min, message } = envelope;
    this.#tell(
      `node ${from}`,
      `sends to ${to}: ${tellMessage(message)} (done ${done}, min ${min})`,
    );
  }

  onFate(fate: Fate, { from, to, message }: Envelope<Bytes>): void {
    this.#tell(`net ${from}>${to}`, `${fate}: ${tellMessage(message)}`);
  }

  onStateMessage(from: number, to: number, message: StateMessage): void {
    const { type, transfer } = message;
    const page = 'page' in message ? ` ${message.page}` : '';
    this.#tell(`net ${from}>${to}`, `delivered: state ${type}${page} of transfer ${transfer}`);
  }

  onWrite(node: number, fate: WriteFate, writes: readonly Write<Bytes>[]): void {
    this.#tell(`node ${node}`, `${fate} on disk: ${writes.map(tellWrite).join('; ')}`);
  }

  onApplied(node: number, { applied, revision, stateHash }: Position): void {
    const hash = Buffer.from(stateHash).toString('hex', 0, 4);
    this.#tell(`node ${node}`, `applied up to ${applied}, revision ${revision}, hash ${hash}`);
  }

  onAsked(client: number, node: number, message: Message): void {
    this.#tell(`client ${client}`, `asks node ${node}: ${tellRequest(message)}`);
  }

  onAnswered(node: number, message: Message, { status, body }: Answer): void {
    const answer = `${status} ${tellJson(body)}`;
    this.#tell(`node ${node}`, `answers ${tellRequest(message)}: ${answer}`);
  }

  onFault(phase: 'begins' | 'ends', fault: Fault): void {
    this.#tell('fault', `${phase}: ${JSON.stringify(fault)}`);
  }

  onNote(text: string): void {
    this.#tell('note', text);
  }

  /** What a client wrote into the history. */
  onEvent(event: HistoryEvent): void {
    const { at, ...rest } = event;
    this.#tell(`process ${event.process}`, tellJson(rest));
  }

  #tell(who: string, what: string): void {
    this.#onLine(`${this.#now().toFixed(3).padStart(10)} ${who.padEnd(10)} ${what}`);
  }
}

function tellMessage(message: PeerMessage<Bytes>): string {
  const { type } = message;
  const seq = seqOf(message) ?? '';
  switch (message.type) {
    case 'promised': {
      const { vote } = message;
      const voted = vote ? `, voted ${tellBallot(vote.ballot)} ${tellValue(vote.value)}` : '';
      return `${type} ${seq} at ${tellBallot(message.ballot)}${voted}`;
    }
    case 'accept':
      return `${type} ${seq} at ${tellBallot(message.ballot)} ${tellValue(message.value)}`;
    case 'decided': {
      const value = message.value === undefined ? 'as voted' : tellValue(message.value);
      return `${type} ${seq} at ${tellBallot(message.ballot)} ${value}`;
    }
    case 'rejected':
      return `${type} ${seq} at ${tellBallot(message.ballot)} for ${tellBallot(message.promised)}`;
    case 'learn':
      return `${type} ${seq}, ${message.count}`;
    case 'learned':
      return `${type} ${seq} ${message.values.map(tellValue).join(' ')}`;
    case 'forgotten':
      return `${type} ${seq}`;
    case 'logPromised': {
      const votes = message.votes.map(({ seq: at, vote }) => `${at} ${tellBallot(vote.ballot)}`);
      return `${type} at ${tellBallot(message.ballot)} from ${message.firstSeq}, voted [${votes.join(', ')}]`;
    }
    case 'admit':
    case 'staleIncarnation':
      return `${type} incarnation ${message.incarnation}`;
    case 'readIndexReply':
      return `${type} poll ${message.id}, up to ${message.readIndex}`;
    case 'readIndex':
    case 'preVote':
    case 'preVoteGranted':
      return `${type} poll ${message.id}`;
    case 'admitted':
      return `${type} incarnation ${message.incarnation}, max ${message.max}`;
    default:
      return `${type} ${seq} at ${tellBallot(message.ballot)}`;
  }
}

function tellWrite(write: Write<Bytes>): string {
  switch (write.type) {
    case 'reserved':
      return `reserved ${write.round}`;
    case 'promised':
      return `promised ${write.seq} at ${tellBallot(write.ballot)}`;
    case 'accepted':
      return `accepted ${write.seq} at ${tellBallot(write.ballot)} ${tellValue(write.value)}`;
    case 'decided':
      return `decided ${write.seq} ${write.value === undefined ? 'as voted' : tellValue(write.value)}`;
    case 'forgotten':
      return `forgotten below ${write.min}`;
    case 'logPromised':
      return `followed ${tellBallot(write.ballot)}`;
    case 'incarnation':
      return `incarnation ${write.incarnation}, votingFloor ${write.votingFloor ?? 'none'}`;
    case 'peerRecords':
      return `met ${write.peers.map(({ incarnation, writeIndex }) => `${incarnation}/${writeIndex}`).join(' ')}`;
  }
}

function tellBallot({ round, peer }: Ballot): string {
  return `${round}.${peer}`;
}

/** Enough of it to tell values apart. */
function tellValue(value: Bytes): string {
  if (value.length === 1) return 'noop';
  let sum = 0;
  for (const byte of value) sum = (Math.imul(sum, 31) + byte) | 0;
  return `#${(sum >>> 0).toString(16)}`;
}

function tellRequest({ path, body }: Message): string {
  return `${path} ${tellJson(body)}`;
}

/** Long texts are cut short. */
function tellJson(value: unknown): string {
  const short = (_: string, field: unknown) =>
    typeof field === 'string' && field.length > 120 ? `${field.slice(0, 40)}…` : field;
  return JSON.stringify(value, short);
}
