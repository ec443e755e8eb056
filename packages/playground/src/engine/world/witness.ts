/** Witnesses: observers that are called for everything that happens in a world, when it happens. */
import type { Decision, Envelope, Write } from '@paxkv/paxos';
import type { Fate, WriteFate } from '@paxkv/simulator';
import type { Action } from '../action.ts';

export interface Witness {
  onAction?(action: Action): void;
  onSent?(envelope: Envelope<string>): void;
  onFate?(fate: Fate, envelope: Envelope<string>): void;
  /** The peer has passed these writes to its disk. */
  onWriteBegun?(peer: number, writes: readonly Write<string>[]): void;
  onWriteEnded?(peer: number, fate: WriteFate, writes: readonly Write<string>[]): void;
  /** The peer has started. */
  onUp?(peer: number): void;
  onDown?(peer: number): void;
  /** The disk of the peer was emptied. */
  onWiped?(peer: number): void;
  /** The peer knows of a decision. After a restart this is called again for each decision. */
  onDecided?(peer: number, decision: Decision<string>): void;
  onLeader?(peer: number, leader: number | undefined): void;
  /** The peer, which had lost its memory, takes part again. */
  onAdmitted?(peer: number): void;
  /** The peer has stopped because of an error. */
  onFailed?(peer: number, error: Error): void;
  /** A host wants this value decided. */
  onProposed?(peer: number, decision: Decision<string>): void;
  onCalled?(call: ClientCall): void;
  onAnswered?(call: ClientCall, result: string | undefined): void;
  /** The client got an error instead of an answer. The call may have taken effect. */
  onCallFailed?(call: ClientCall, code: string): void;
}

/** One put or get of a client. */
export interface ClientCall {
  readonly id: number;
  readonly peer: number;
  readonly type: 'put' | 'get';
  readonly key: string;
  /** What a put writes. */
  readonly value: string | undefined;
}

/** Combines several witnesses into one. */
export function together(witnesses: readonly Witness[]): Required<Witness> {
  return {
    onAction: (...args) => each((witness) => witness.onAction?.(...args)),
    onSent: (...args) => each((witness) => witness.onSent?.(...args)),
    onFate: (...args) => each((witness) => witness.onFate?.(...args)),
    onWriteBegun: (...args) => each((witness) => witness.onWriteBegun?.(...args)),
    onWriteEnded: (...args) => each((witness) => witness.onWriteEnded?.(...args)),
    onUp: (...args) => each((witness) => witness.onUp?.(...args)),
    onDown: (...args) => each((witness) => witness.onDown?.(...args)),
    onWiped: (...args) => each((witness) => witness.onWiped?.(...args)),
    onDecided: (...args) => each((witness) => witness.onDecided?.(...args)),
    onLeader: (...args) => each((witness) => witness.onLeader?.(...args)),
    onAdmitted: (...args) => each((witness) => witness.onAdmitted?.(...args)),
    onFailed: (...args) => each((witness) => witness.onFailed?.(...args)),
    onProposed: (...args) => each((witness) => witness.onProposed?.(...args)),
    onCalled: (...args) => each((witness) => witness.onCalled?.(...args)),
    onAnswered: (...args) => each((witness) => witness.onAnswered?.(...args)),
    onCallFailed: (...args) => each((witness) => witness.onCallFailed?.(...args)),
  };

  function each(tell: (witness: Witness) => void): void {
    for (const witness of witnesses) tell(witness);
  }
}
