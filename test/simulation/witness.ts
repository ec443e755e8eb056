/** Whoever looks on: judges, chroniclers, counters. They see everything at the moment it happens. */
import type { Answer, Message } from '@paxkv/client';
import type { StateMessage } from '@paxkv/kvserver/internal/replica/ports';
import type { Position } from '@paxkv/kvserver/internal/state-machine/state-store';
import type { Envelope, Write } from '@paxkv/paxos';
import type { Fate, WriteFate } from '@paxkv/simulator';
import type { Fault, LostMemory } from './schedule/fault.ts';

export type Bytes = Uint8Array;

/** What ended a server. */
export type EndCause = 'crash' | 'power loss' | 'stop';

export interface Witness {
  /** A server begins an incarnation. */
  onStarted?(node: number, boot: number): void;
  /** It has come up. */
  onUp?(node: number): void;
  onEnded?(node: number, cause: EndCause): void;
  /** What a server had on its disks is gone. */
  onMemoryLost?(node: number, of: LostMemory['of']): void;
  /** A server stopped by itself. */
  onFailed?(node: number, error: Error): void;
  /** A server was told that its connection to another ended. */
  onLost?(node: number, peer: number): void;
  /** A server handed a message to the network. */
  onSent?(envelope: Envelope<Bytes>): void;
  /** What the network did with it. */
  onFate?(fate: Fate, envelope: Envelope<Bytes>): void;
  /** A message about a whole state has arrived. */
  onStateMessage?(from: number, to: number, message: StateMessage): void;
  /** What became of a write to a journal. */
  onWrite?(node: number, fate: WriteFate, writes: readonly Write<Bytes>[]): void;
  /** A server's state is durable up to there. */
  onApplied?(node: number, position: Position): void;
  /** A client asks a server, at each attempt. */
  onAsked?(client: number, node: number, message: Message): void;
  /** A server answers a client, or an echo of its request. */
  onAnswered?(node: number, message: Message, answer: Answer): void;
  onFault?(phase: 'begins' | 'ends', fault: Fault): void;
  /** Anything else worth a line. */
  onNote?(text: string): void;
}

/** All who look on, as one. */
export class Witnesses implements Required<Witness> {
  readonly #all: readonly Witness[];

  constructor(all: readonly Witness[]) {
    this.#all = all;
  }

  onStarted(node: number, boot: number): void {
    for (const witness of this.#all) witness.onStarted?.(node, boot);
  }

  onUp(node: number): void {
    for (const witness of this.#all) witness.onUp?.(node);
  }

  onEnded(node: number, cause: EndCause): void {
    for (const witness of this.#all) witness.onEnded?.(node, cause);
  }

  onMemoryLost(node: number, of: LostMemory['of']): void {
    for (const witness of this.#all) witness.onMemoryLost?.(node, of);
  }

  onFailed(node: number, error: Error): void {
    for (const witness of this.#all) witness.onFailed?.(node, error);
  }

  onLost(node: number, peer: number): void {
    for (const witness of this.#all) witness.onLost?.(node, peer);
  }

  onSent(envelope: Envelope<Bytes>): void {
    for (const witness of this.#all) witness.onSent?.(envelope);
  }

  onFate(fate: Fate, envelope: Envelope<Bytes>): void {
    for (const witness of this.#all) witness.onFate?.(fate, envelope);
  }

  onStateMessage(from: number, to: number, message: StateMessage): void {
    for (const witness of this.#all) witness.onStateMessage?.(from, to, message);
  }

  onWrite(node: number, fate: WriteFate, writes: readonly Write<Bytes>[]): void {
    for (const witness of this.#all) witness.onWrite?.(node, fate, writes);
  }

  onApplied(node: number, position: Position): void {
    for (const witness of this.#all) witness.onApplied?.(node, position);
  }

  onAsked(client: number, node: number, message: Message): void {
    for (const witness of this.#all) witness.onAsked?.(client, node, message);
  }

  onAnswered(node: number, message: Message, answer: Answer): void {
    for (const witness of this.#all) witness.onAnswered?.(node, message, answer);
  }

  onFault(phase: 'begins' | 'ends', fault: Fault): void {
    for (const witness of this.#all) witness.onFault?.(phase, fault);
  }

  onNote(text: string): void {
    for (const witness of this.#all) witness.onNote?.(text);
  }
}
