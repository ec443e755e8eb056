/** Conditions that lessons wait for, as plain data, and the check whether a frame meets one. */
import type { MessageKind } from '../engine/protocol/messages.ts';
import { quorumOf } from '../engine/settings.ts';
import type { Frame, PeerView } from '../engine/timeline/frame.ts';

export type Condition =
  /** At least this many peers know the decision, and it is `value`, if one is given. */
  | {
      readonly type: 'decided';
      readonly seq: number;
      readonly count: Count;
      readonly value?: string;
    }
  /** At most this many peers know the decision. */
  | { readonly type: 'decidedAtMost'; readonly seq: number; readonly count: number }
  /** The disk of the peer holds a vote for the value. */
  | { readonly type: 'voted'; readonly peer: number; readonly seq: number; readonly value: string }
  /** A quorum of peers follows the same leader, which is up. It is `peer`, if one is given. */
  | { readonly type: 'led'; readonly peer?: number }
  | { readonly type: 'state'; readonly peer: number; readonly state: PeerView['state'] }
  | { readonly type: 'member'; readonly peer: number; readonly isMember: boolean }
  /** All peers that are up have forgotten every instance below `below`. */
  | { readonly type: 'forgotten'; readonly below: number }
  /** All peers that are up have forgotten this instance. */
  | { readonly type: 'gone'; readonly seq: number }
  /** The highest instance that each peer has seen is this one. */
  | { readonly type: 'max'; readonly seq: number }
  /** A message of this kind was sent since the step began. */
  | { readonly type: 'seen'; readonly kind: MessageKind }
  /** This many client calls were answered, and the last result is `result`, if one is given. */
  | { readonly type: 'answered'; readonly count: number; readonly result?: string }
  /** At most this many requests were delivered since the run began. */
  | { readonly type: 'requestsAtMost'; readonly count: number };

/** `all`: of the peers that are up. `quorum`: more than half of all. */
export type Count = number | 'all' | 'quorum';

/** `since`: the frames from the beginning of the step up to the one that is checked. */
export function isMet(condition: Condition, since: readonly Frame[]): boolean {
  const frame = since.at(-1);
  if (frame === undefined) return false;
  const { peers } = frame;
  switch (condition.type) {
    case 'decided':
      return decidedCount(frame, condition) >= wanted(condition.count, frame);
    case 'decidedAtMost':
      return decidedCount(frame, condition) <= condition.count;
    case 'voted':
      return peers[condition.peer]?.instances[condition.seq]?.vote?.value === condition.value;
    case 'led':
      return isLed(frame, condition.peer);
    case 'state':
      return peers[condition.peer]?.state === condition.state;
    case 'member':
      return peers[condition.peer]?.isMember === condition.isMember;
    case 'forgotten':
      return peers.filter(isUp).every(({ min }) => min >= condition.below);
    case 'gone':
      return peers.filter(isUp).every(({ instances }) => {
        return instances[condition.seq]?.fate === 'forgotten';
      });
    case 'max':
      return peers.every(({ max }) => max === condition.seq);
    case 'seen':
      return since.some((each) => hasSent(each, condition.kind));
    case 'answered':
      return isAnswered(frame, condition);
    case 'requestsAtMost':
      return frame.requestCount <= condition.count;
  }
}

function decidedCount({ peers }: Frame, { seq, value }: { seq: number; value?: string }): number {
  return peers.filter((peer) => {
    const instance = peer.instances[seq];
    if (!isUp(peer) || instance?.fate !== 'decided') return false;
    return value === undefined || instance.value === value;
  }).length;
}

function wanted(count: Count, { peers }: Frame): number {
  if (count === 'all') return peers.filter(isUp).length;
  return count === 'quorum' ? quorumOf(peers.length) : count;
}

function isUp({ state }: PeerView): boolean {
  return state !== 'down';
}

function isLed({ peers }: Frame, wantedPeer: number | undefined): boolean {
  return peers.some(
    (leader) =>
      (wantedPeer === undefined || leader.id === wantedPeer) &&
      leader.state === 'up' &&
      leader.leader === leader.id &&
      peers.filter((peer) => isUp(peer) && peer.leader === leader.id).length >=
        quorumOf(peers.length),
  );
}

function hasSent({ occurrences }: Frame, kind: MessageKind): boolean {
  return occurrences.some(
    (occurrence) => occurrence.type === 'sent' && occurrence.flight.kind === kind,
  );
}

function isAnswered(
  { calls }: Frame,
  { count, result }: { count: number; result?: string },
): boolean {
  const answered = calls.filter(({ answeredMs }) => answeredMs !== undefined);
  if (answered.length < count) return false;
  return result === undefined || answered.at(-1)?.result === result;
}
