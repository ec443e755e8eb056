/** Observers of a run: invariants, traces, counters. They are called at the moment something happens. */
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
  /** A server starts. */
  onStarted?(node: number, boot: number): void;
  /** The server is up. */
  onUp?(node: number): void;
  onEnded?(node: number, cause: EndCause): void;
  /** A server lost the contents of its disks. */
  onMemoryLost?(node: number, of: LostMemory['of']): void;
  /** A server found its journal damaged when it started. */
  onDamageFound?(node: number): void;
  /** A server has stopped because of an error. */
  onFailed?(node: number, error: Error): void;
  /** A server was told that its connection to another ended. */
  onLost?(node: number, peer: number): void;
  /** A server sends a message. */
  onSent?(envelope: Envelope<Bytes>): void;
  /** What the network did with a message. */
  onFate?(fate: Fate, envelope: Envelope<Bytes>): void;
  /** A server dropped or shortened its log window. */
  onWindowDropped?(node: number, reason: string): void;
  /** A message about the log or a whole state has arrived. */
  onStateMessage?(from: number, to: number, message: StateMessage): void;
  /** A write to a journal was kept or lost. */
  onWrite?(node: number, fate: WriteFate, writes: readonly Write<Bytes>[]): void;
  /** A server's state is durable up to this position. */
  onApplied?(node: number, position: Position): void;
  /** A client sends a request to a server, at each attempt. */
  onAsked?(client: number, node: number, message: Message): void;
  /** A server answers a request, or an echo of one. */
  onAnswered?(node: number, message: Message, answer: Answer): void;
  onFault?(phase: 'begins' | 'ends', fault: Fault): void;
  /** Anything else worth a line in the trace. */
  onNote?(text: string): void;
}

/** Several witnesses as one. */
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

  onDamageFound(node: number): void {
    for (const witness of this.#all) witness.onDamageFound?.(node);
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

  onWindowDropped(node: number, reason: string): void {
    for (const witness of this.#all) witness.onWindowDropped?.(node, reason);
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
