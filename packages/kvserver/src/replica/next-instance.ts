/**
 * Which instance a replica proposes its next batch in. Alone it takes the next free one. Where several
 * replicas compete, each takes instances of its own residue, so that no two want the same one.
 * Rule: a replica never proposes two batches in one instance.
 */

export interface Outlook {
  readonly me: number;
  readonly peerCount: number;
  /** The highest instance applied here, −1 for none. */
  readonly applied: number;
  /** The highest instance heard of, −1 for none. */
  readonly max: number;
  /** The highest instance in which this replica has proposed a batch, −1 for none. */
  readonly proposed: number;
  /** Whether this replica has lately lost an instance to another proposer. */
  readonly isContested: boolean;
  /** Whether no decision of this instance is known. */
  readonly isFree: (seq: number) => boolean;
}

export function nextInstance(outlook: Outlook): number {
  const { applied, max, proposed, isContested } = outlook;
  const lowest = Math.max(applied, proposed) + 1;
  return isContested ? ownInstance(outlook, lowest) : Math.max(lowest, max + 1);
}

/** Whether instance `seq` is the one of each row of instances that `me` takes under contention. */
export function isOwnInstance(seq: number, { me, peerCount }: Pick<Outlook, 'me' | 'peerCount'>) {
  return seq % peerCount === me;
}

/** May lie below `max`: a value there fills a hole that a noop would have to fill. */
function ownInstance({ me, peerCount, isFree }: Outlook, lowest: number): number {
  let seq = lowest + ((((me - lowest) % peerCount) + peerCount) % peerCount);
  while (!isFree(seq)) seq += peerCount;
  return seq;
}
