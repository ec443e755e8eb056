/**
 * The servers that are most likely to answer from an old state, at the moment when they are: one that has just come
 * back, was deposed, or hears of the others late or not at all.
 */
import type { Envelope, Write } from '@paxkv/paxos';
import type { Ballot } from '@paxkv/paxos/core';
import type { WriteFate } from '@paxkv/simulator';
import { rankOf } from '../invariants/ledger.ts';
import type { Fault, Link } from '../schedule/fault.ts';
import type { Bytes, Witness } from '../witness.ts';

export const reasons = [
  'started again',
  'admitted again',
  'deposed',
  'resumed',
  'cut off',
  'reached again',
  'slow to hear',
] as const;

export type Reason = (typeof reasons)[number];

export interface Target {
  readonly node: number;
  readonly reason: Reason;
}

export class Targets implements Witness {
  /** Called with each target. */
  onTarget: (target: Target) => void = () => {};
  readonly #startedBefore = new Set<number>();
  #leader: Ballot | undefined;

  onUp(node: number): void {
    if (this.#startedBefore.has(node)) this.onTarget({ node, reason: 'started again' });
    this.#startedBefore.add(node);
  }

  onSent({ message }: Envelope<Bytes>): void {
    if (message.type !== 'heartbeat') return;
    const before = this.#leader;
    if (before !== undefined && rankOf(message.ballot) <= rankOf(before)) return;
    this.#leader = message.ballot;
    if (before !== undefined && before.peer !== message.ballot.peer) {
      this.onTarget({ node: before.peer, reason: 'deposed' });
    }
  }

  onWrite(node: number, fate: WriteFate, writes: readonly Write<Bytes>[]): void {
    const isAdmitted = writes.some(
      (write) =>
        write.type === 'incarnation' && write.votingFloor !== undefined && write.votingFloor >= 0,
    );
    if (fate === 'kept' && isAdmitted) this.onTarget({ node, reason: 'admitted again' });
  }

  onFault(phase: 'begins' | 'ends', fault: Fault): void {
    if (fault.kind === 'pause' && phase === 'ends') {
      this.onTarget({ node: fault.node, reason: 'resumed' });
    }
    if (fault.kind === 'slow links' && phase === 'begins' && fault.direction !== 'from') {
      this.onTarget({ node: fault.node, reason: 'slow to hear' });
    }
    if (fault.kind !== 'partition') return;
    const node = mostCutOff(fault.cuts);
    const reason = phase === 'begins' ? 'cut off' : 'reached again';
    if (node !== undefined) this.onTarget({ node, reason });
  }
}

/** The node that fewest others reach; the first of several. */
function mostCutOff(cuts: readonly Link[]): number | undefined {
  const counts = new Map<number, number>();
  for (const { to } of cuts) counts.set(to, (counts.get(to) ?? 0) + 1);
  const most = Math.max(...counts.values());
  return [...counts].find(([, count]) => count === most)?.[0];
}
