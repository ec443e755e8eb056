/** What the status of a replica says of its log and of its state. */
import type { Paxos } from '@paxkv/paxos';
import type { Bytes } from '@paxkv/protocol';
import type { Applier } from './apply/applier.ts';
import type { ReplicaStatus } from './replica-options.ts';

type LogStatus = Pick<
  ReplicaStatus,
  'min' | 'max' | 'floor' | 'retained' | 'leader' | 'doneByPeer' | 'awaited'
>;

type StateStatus = Pick<
  ReplicaStatus,
  'applied' | 'revision' | 'sessions' | 'featureLevel' | 'incarnation' | 'waitingBytes'
>;

export function logStatusOf(paxos: Pick<Paxos<Bytes>, keyof LogStatus>): LogStatus {
  return {
    min: paxos.min(),
    max: paxos.max(),
    floor: paxos.floor(),
    retained: paxos.retained(),
    leader: paxos.leader(),
    doneByPeer: paxos.doneByPeer(),
    awaited: paxos.awaited(),
  };
}

export function stateStatusOf({
  applied,
  waitingBytes,
  machine,
}: Pick<Applier, 'applied' | 'waitingBytes' | 'machine'>): StateStatus {
  const { revision, sessionCount: sessions, featureLevel } = machine;
  const { incarnation } = machine.sessions;
  return { applied, revision, sessions, featureLevel, incarnation, waitingBytes };
}
