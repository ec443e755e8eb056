/** The check of envelopes: what travels with every message of Paxos, and the fields of each type of message. */
import {
  type Ballot,
  type Envelope,
  learnCountMax,
  type MemoryMark,
  type Message,
  messageLimitsDefault,
  type Outcome,
  outcomeCountMax,
  roundMax,
} from '@paxkv/paxos/core';
import { copyToPages, pagedBytesMin } from '@paxkv/protocol';
import { type EnvelopeBounds, seqMax } from './bounds.ts';
import {
  bytes,
  type Check,
  type FieldChecks,
  flag,
  list,
  optional,
  record,
  type VariantChecks,
  variant,
  whole,
} from './check.ts';

type Content = Message<Uint8Array>;
type LogPromised = Extract<Content, { type: 'logPromised' }>;
type InstanceVote = LogPromised['votes'][number];

const seq = whole(0, seqMax);
/** A seq, or −1 for none. */
const seqOrNone = whole(-1, seqMax);
const incarnation = whole(1, seqMax);

export function envelopeCheck(bounds: EnvelopeBounds): Check<Envelope<Uint8Array>> {
  const { nodeCount } = bounds;
  const peer = whole(0, nodeCount - 1);
  return record<Envelope<Uint8Array>>({
    from: peer,
    to: peer,
    done: seqOrNone,
    floor: seq,
    min: seq,
    everyPeerMin: seq,
    stateEpoch: seq,
    mark: record<MemoryMark>({
      incarnations: list(seq, { lengthMin: nodeCount, lengthMax: nodeCount }),
      writeIndex: seq,
      acknowledgedIndex: seq,
    }),
    message: variant<Content>(messageChecks(bounds, peer)),
  });
}

function messageChecks(
  { valueBytesMax }: EnvelopeBounds,
  peer: Check<number>,
): VariantChecks<Content> {
  const ballot = record<Ballot>({ round: whole(1, roundMax), peer });
  const value = bytes(valueBytesMax, kept);
  const vote = record<InstanceVote['vote']>({ ballot, value });
  const outcome = record<Outcome>({ seq, ballot });
  return {
    prepare: { seq, ballot },
    promised: { seq, ballot, vote: optional(vote) },
    accept: {
      seq,
      ballot,
      value,
      decided: optional(list(outcome, { lengthMin: 1, lengthMax: outcomeCountMax })),
      knownUpTo: optional(seqOrNone),
    },
    accepted: { seq, ballot },
    rejected: { seq, ballot, promised: ballot, logPromise: optional(ballot) },
    decided: { seq, ballot, value: optional(value) },
    learn: { seq, count: whole(1, learnCountMax) },
    learned: { seq, values: list(value, { lengthMin: 1, lengthMax: learnCountMax }) },
    forgotten: { seq },
    readIndex: { id: seq },
    readIndexReply: { id: seq, readIndex: seqOrNone, knownUpTo: seqOrNone },
    preVote: { id: seq },
    preVoteGranted: { id: seq },
    prepareLog: { ballot },
    logPromised: {
      ballot,
      firstSeq: seq,
      votes: list(record<InstanceVote>({ seq, vote }), {
        lengthMin: 0,
        lengthMax: messageLimitsDefault.voteCountMax,
      }),
    },
    logRejected: { ballot, promised: ballot },
    heartbeat: { ballot, knownUpTo: optional(seqOrNone) },
    heartbeatAck: { ballot },
    transferLeadership: { ballot },
    admit: { incarnation, attempt: seq },
    admitted,
    staleIncarnation: { incarnation, attempt: seq, latest: incarnation },
  };
}

const admitted: FieldChecks<Omit<Extract<Content, { type: 'admitted' }>, 'type'>> = {
  incarnation,
  attempt: seq,
  isMember: flag,
  isNew: flag,
  max: seqOrNone,
  round: whole(0, roundMax),
};

/** The view itself, or a copy if the view would keep much more than itself in memory. */
function kept(view: Uint8Array): Uint8Array {
  // A view keeps its whole frame, and a large value should have pages of its own.
  const isMostOfFrame = 2 * view.byteLength > view.buffer.byteLength;
  return isMostOfFrame && view.byteLength < pagedBytesMin ? view : copyToPages(view);
}
