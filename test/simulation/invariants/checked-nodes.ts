/** Three nodes whose writes and messages a test gives to the invariants. Node ids and seqs are plain numbers. */
import type { Envelope, Message, Write } from '@paxkv/paxos';
import { nothingForgotten } from '../../unit/contracts/plain-mark.ts';
import { Verdict } from '../verdict.ts';
import { Ledger } from './ledger.ts';
import { RetentionInvariants } from './retention-invariants.ts';
import { StateInvariants } from './state-invariants.ts';
import { StepInvariants } from './step-invariants.ts';

type Bytes = Uint8Array;

export const nodeCount = 3;

export function ballot(round: number, peer: number) {
  return { round, peer };
}

export function value(text: string): Bytes {
  return Buffer.from(text);
}

export class CheckedNodes {
  readonly ledger = new Ledger(nodeCount);
  readonly verdict = new Verdict(
    () => 0,
    () => {},
  );
  readonly decided: number[] = [];
  readonly state = new StateInvariants({
    ledger: this.ledger,
    verdict: this.verdict,
    onDecided: (seq) => this.decided.push(seq),
  });
  readonly step = new StepInvariants(this.ledger, this.verdict);
  readonly retention = new RetentionInvariants(this.ledger, this.verdict);

  /** All nodes are members from the start, with rounds in reserve. */
  constructor() {
    for (const node of [0, 1, 2]) {
      this.step.onStarted(node, 1);
      for (const other of [0, 1, 2]) if (other !== node) this.admit(other, node, 1);
    }
    for (const node of [0, 1, 2]) {
      this.write(node, incarnation(1, -1), { type: 'reserved', round: 100 });
    }
  }

  /** The rule that was broken first. */
  get broken(): string | undefined {
    return this.verdict.failure?.invariant;
  }

  write(node: number, ...writes: Write<Bytes>[]): void {
    this.state.onWrite(node, 'kept', writes);
  }

  /** `admitter` records durably that `node` is in that incarnation. */
  admit(admitter: number, node: number, number: number): void {
    const unknown = { incarnation: 0, writeIndex: 0 };
    const admission = { incarnation: number, attempt: 1, isNew: number === 1 };
    const peers = [0, 1, 2].map((peer) => (peer === node ? { ...unknown, admission } : unknown));
    this.write(admitter, { type: 'peerRecords', peers });
  }

  /** A node without memory is admitted by all others, and takes part above `votingFloor`. */
  rejoin(node: number, votingFloor: number): void {
    this.state.onMemoryLost(node, 'journal');
    for (const other of [0, 1, 2]) if (other !== node) this.admit(other, node, 2);
    this.write(node, incarnation(2, votingFloor));
  }

  /** The promise reaches its proposer. */
  promise(node: number, round: number, peer: number, seq = 0): void {
    const promise = { seq, ballot: ballot(round, peer) };
    this.write(node, { type: 'promised', ...promise });
    this.#arrive(node, peer, { type: 'promised', ...promise });
  }

  /** The log promise reaches its candidate. */
  promiseLog(node: number, round: number, peer: number): void {
    this.write(node, { type: 'logPromised', ballot: ballot(round, peer) });
    const message = {
      type: 'logPromised',
      ballot: ballot(round, peer),
      firstSeq: 0,
      votes: [],
    } as const;
    this.#arrive(node, peer, message);
  }

  /** A vote at `round` of node 0, unless another proposer is named. */
  vote(node: number, round: number, text: string, { peer = 0, seq = 0 } = {}): void {
    this.write(node, { type: 'accepted', seq, ballot: ballot(round, peer), value: value(text) });
  }

  send(
    from: number,
    message: Message<Bytes>,
    progress: Partial<Omit<Envelope<Bytes>, 'message'>> = {},
  ): void {
    const envelope = { ...toEnvelope(from, (from + 1) % nodeCount, message), ...progress };
    this.step.onSent(envelope);
    this.retention.onSent(envelope);
  }

  /** A quorum decides `text` in instance `seq`. */
  decide(seq: number, text: string): void {
    for (const node of [0, 1]) this.vote(node, 1, text, { seq });
  }

  apply(node: number, applied: number, hash = 'hash'): void {
    this.state.onApplied(node, {
      applied,
      revision: 0,
      sessions: { next: 1, uses: 0 },
      featureLevel: 1,
      incarnation: undefined,
      stateHash: value(hash),
    });
  }

  #arrive(from: number, to: number, message: Message<Bytes>): void {
    this.step.onFate('delivered', toEnvelope(from, to, message));
  }
}

function toEnvelope(from: number, to: number, message: Message<Bytes>): Envelope<Bytes> {
  const mark = { incarnations: [1, 1, 1], writeIndex: 1, acknowledgedIndex: 0 };
  return { from, to, ...nothingForgotten, mark, message };
}

export function incarnation(number: number, votingFloor: number | undefined): Write<Bytes> {
  const own = {
    type: 'incarnation',
    incarnation: number,
    attempt: 1,
    isNew: number === 1,
  } as const;
  return votingFloor === undefined ? own : { ...own, votingFloor };
}
