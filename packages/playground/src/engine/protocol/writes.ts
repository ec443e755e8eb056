/** The writes of the core in the form that the page shows. */
import type { Ballot, Write } from '@paxkv/paxos';

export type WriteFacts =
  | { readonly kind: 'promise'; readonly seq: number; readonly ballot: Ballot }
  | { readonly kind: 'vote'; readonly seq: number; readonly ballot: Ballot; readonly value: string }
  | { readonly kind: 'decision'; readonly seq: number; readonly value: string | undefined }
  | { readonly kind: 'logPromise'; readonly ballot: Ballot }
  | { readonly kind: 'reserve'; readonly round: number }
  | { readonly kind: 'forget'; readonly min: number }
  /** `votingFloor` is absent until the peer was admitted. */
  | { readonly kind: 'incarnation'; readonly votingFloor: number | undefined }
  | { readonly kind: 'peers' };

export function writeFactsOf(write: Write<string>): WriteFacts {
  switch (write.type) {
    case 'promised':
      return { kind: 'promise', seq: write.seq, ballot: write.ballot };
    case 'accepted':
      return { kind: 'vote', seq: write.seq, ballot: write.ballot, value: write.value };
    case 'decided':
      return { kind: 'decision', seq: write.seq, value: write.value };
    case 'logPromised':
      return { kind: 'logPromise', ballot: write.ballot };
    case 'reserved':
      return { kind: 'reserve', round: write.round };
    case 'forgotten':
      return { kind: 'forget', min: write.min };
    case 'incarnation':
      return { kind: 'incarnation', votingFloor: write.votingFloor };
    case 'peerRecords':
      return { kind: 'peers' };
  }
}

/** A label of a few letters. */
export function shortWrite(facts: WriteFacts): string {
  switch (facts.kind) {
    case 'promise':
      return `promise ${facts.seq} ${ballotText(facts.ballot)}`;
    case 'vote':
      return `vote ${facts.seq} ${ballotText(facts.ballot)} ${facts.value}`;
    case 'decision':
      return `decided ${facts.seq}`;
    case 'logPromise':
      return `log promise ${ballotText(facts.ballot)}`;
    case 'reserve':
      return `rounds to ${facts.round}`;
    case 'forget':
      return `forget below ${facts.min}`;
    case 'incarnation':
      return facts.votingFloor === undefined
        ? 'new incarnation'
        : `votes above ${facts.votingFloor}`;
    case 'peers':
      return 'peer records';
  }
}

export function ballotText({ round, peer }: Ballot): string {
  return `(${round},${peer})`;
}

/** Negative if `a` is the lower ballot; no ballot at all is lower than any. */
export function compareBallots(a: Ballot | undefined, b: Ballot | undefined): number {
  if (a === undefined || b === undefined) return Number(a !== undefined) - Number(b !== undefined);
  return a.round - b.round || a.peer - b.peer;
}
