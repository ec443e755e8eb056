/** One message of every type, as it may travel from node 1 to node 0 of two. */
import type { StateMessage } from '@paxkv/kvserver/internal/replica/ports';
import type { Envelope, Message } from '@paxkv/paxos';

const ballot = { round: 3, peer: 1 };
const value = new Uint8Array([1, 2, 3]);

const messages: readonly Message<Uint8Array>[] = [
  { type: 'prepare', seq: 7, ballot },
  { type: 'promised', seq: 7, ballot },
  { type: 'promised', seq: 7, ballot, vote: { ballot: { round: 2, peer: 0 }, value } },
  { type: 'accept', seq: 7, ballot, value },
  { type: 'accept', seq: 7, ballot, value: new Uint8Array() },
  {
    type: 'accept',
    seq: 7,
    ballot,
    value,
    decided: [{ seq: 5, ballot: { round: 2, peer: 0 } }],
    knownUpTo: 4,
  },
  { type: 'accepted', seq: 7, ballot },
  { type: 'rejected', seq: 7, ballot, promised: { round: 4, peer: 0 } },
  { type: 'decided', seq: 7, ballot },
  { type: 'decided', seq: 7, ballot, value },
  { type: 'learn', seq: 7, count: 16 },
  { type: 'learned', seq: 7, values: [value, new Uint8Array([4])] },
  { type: 'forgotten', seq: 0 },
  { type: 'admit', incarnation: 2, attempt: 12_345 },
  {
    type: 'admitted',
    incarnation: 2,
    attempt: 12_345,
    isMember: true,
    isNew: false,
    max: -1,
    round: 9,
  },
  { type: 'readIndex', id: 3 },
  { type: 'readIndexReply', id: 3, readIndex: -1, knownUpTo: -1 },
  { type: 'preVote', id: 3 },
  { type: 'preVoteGranted', id: 3 },
  { type: 'prepareLog', ballot },
  { type: 'logPromised', ballot, firstSeq: 5, votes: [{ seq: 7, vote: { ballot, value } }] },
  { type: 'logRejected', ballot, promised: { round: 4, peer: 0 } },
  { type: 'heartbeat', ballot },
  { type: 'heartbeat', ballot, knownUpTo: -1 },
  { type: 'heartbeatAck', ballot },
  { type: 'transferLeadership', ballot },
  { type: 'rejected', seq: 7, ballot, promised: ballot, logPromise: { round: 4, peer: 0 } },
  { type: 'staleIncarnation', incarnation: 2, attempt: 12_345, latest: 7 },
];

export const samples: readonly Envelope<Uint8Array>[] = messages.map((message) => ({
  from: 1,
  to: 0,
  done: 5,
  floor: 3,
  min: 2,
  everyPeerMin: 1,
  stateEpoch: 4,
  mark: { incarnations: [0, 3], writeIndex: 9, acknowledgedIndex: 4 },
  message,
}));

/** One message of every type about a whole state. */
export const stateSamples: readonly StateMessage[] = [
  { type: 'fetch', transfer: 2 ** 47, page: 3 },
  { type: 'page', transfer: 5, page: 0, applied: 9, rows: [[value, value]], isLast: true },
  { type: 'refused', transfer: 5, reason: 'its own state is on its way' },
];
