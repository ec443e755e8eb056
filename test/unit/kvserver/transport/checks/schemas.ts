/**
 * The schemas by which messages between servers were checked before there were plain functions for it. They are
 * the oracle of the tests: two ways to say the same, of which one was in use for long.
 */
import type {
  ChecksumMessage,
  ForwardedBatch,
  StateMessage,
} from '@paxkv/kvserver/internal/replica/ports';
import { type EnvelopeBounds, seqMax } from '@paxkv/kvserver/internal/transport/checks/bounds';
import {
  type Envelope,
  learnCountMax,
  type Message,
  outcomeCountMax,
  roundMax,
} from '@paxkv/paxos/core';
import { copyToPages, pagedBytesMin } from '@paxkv/protocol';
import { z } from 'zod';

/** Whether one of the schemas accepts the content, and what it makes of it. */
export function schemaOf(bounds: EnvelopeBounds): (content: unknown) => z.ZodType {
  const { valueBytesMax } = bounds;
  const envelope = envelopeSchema(bounds);
  const state = stateSchema({ seqMax, valueBytesMax });
  const forward = forwardSchema(valueBytesMax);
  const checksum = checksumSchema(seqMax);
  return (content) => {
    if (typeof content !== 'object' || content === null) return envelope;
    if ('transfer' in content) return state;
    if ('type' in content && content.type === 'forward') return forward;
    return 'type' in content && content.type === 'checksum' ? checksum : envelope;
  };
}

/** Whether a view may be kept: it is most of its frame, and not so large that it should have pages of its own. */
function mayKeep(view: Uint8Array): boolean {
  return 2 * view.byteLength > view.buffer.byteLength && view.byteLength < pagedBytesMin;
}

/** An object with exactly these fields. */
function record<Shape extends z.ZodRawShape>(shape: Shape) {
  return z.any().refine(isMap, 'not a map').pipe(z.strictObject(shape));
}

/** Excludes bytes: they count as an object too, and a megabyte of them would be checked field by field. */
function isMap(content: unknown): boolean {
  if (typeof content !== 'object' || content === null) return false;
  return Object.getPrototypeOf(content) === Object.prototype;
}

function envelopeSchema(bounds: EnvelopeBounds): z.ZodType<Envelope<Uint8Array>> {
  const peer = z
    .int()
    .min(0)
    .max(bounds.nodeCount - 1);
  const count = z.int().min(0).max(seqMax);
  return record({
    from: peer,
    to: peer,
    done: z.int().min(-1).max(seqMax),
    floor: count,
    min: count,
    everyPeerMin: count,
    stateEpoch: count,
    mark: record({
      incarnations: z.array(count).length(bounds.nodeCount),
      writeIndex: count,
      acknowledgedIndex: count,
    }),
    message: messageSchema(bounds, peer),
  });
}

function messageSchema(
  { valueBytesMax }: EnvelopeBounds,
  peer: z.ZodType<number>,
): z.ZodType<Message<Uint8Array>> {
  const seq = z.int().min(0).max(seqMax);
  const incarnation = z.int().min(1).max(seqMax);
  const ballot = record({ round: z.int().min(1).max(roundMax), peer });
  const value = z
    .instanceof(Uint8Array)
    .refine((bytes) => bytes.byteLength <= valueBytesMax, `longer than ${valueBytesMax} bytes`)
    // The bytes are a view of a whole frame, and keeping the view would keep the frame in memory.
    .transform((bytes) => (mayKeep(bytes) ? bytes : copyToPages(bytes)));
  const vote = record({ ballot, value });
  const message = z.discriminatedUnion('type', [
    z.strictObject({ type: z.literal('prepare'), seq, ballot }),
    z.strictObject({ type: z.literal('promised'), seq, ballot, vote: z.exactOptional(vote) }),
    z.strictObject({
      type: z.literal('accept'),
      seq,
      ballot,
      value,
      decided: z.exactOptional(z.array(record({ seq, ballot })).min(1).max(outcomeCountMax)),
      knownUpTo: z.exactOptional(z.int().min(-1).max(seqMax)),
    }),
    z.strictObject({ type: z.literal('accepted'), seq, ballot }),
    z.strictObject({
      type: z.literal('rejected'),
      seq,
      ballot,
      promised: ballot,
      logPromise: z.exactOptional(ballot),
    }),
    z.strictObject({ type: z.literal('decided'), seq, ballot, value: z.exactOptional(value) }),
    z.strictObject({
      type: z.literal('learn'),
      seq,
      count: z.int().min(1).max(learnCountMax),
    }),
    z.strictObject({
      type: z.literal('learned'),
      seq,
      values: z.array(value).min(1).max(learnCountMax),
    }),
    z.strictObject({ type: z.literal('forgotten'), seq }),
    z.strictObject({ type: z.literal('admit'), incarnation, attempt: seq }),
    z.strictObject({
      type: z.literal('admitted'),
      incarnation,
      attempt: seq,
      isMember: z.boolean(),
      isNew: z.boolean(),
      max: z.int().min(-1).max(seqMax),
      round: z.int().min(0).max(roundMax),
    }),
    z.strictObject({ type: z.literal('readIndex'), id: seq }),
    z.strictObject({
      type: z.literal('readIndexReply'),
      id: seq,
      readIndex: z.int().min(-1).max(seqMax),
      knownUpTo: z.int().min(-1).max(seqMax),
    }),
    ...leadershipSchemas({ seq, ballot, vote }),
    z.strictObject({
      type: z.literal('staleIncarnation'),
      incarnation,
      attempt: seq,
      latest: incarnation,
    }),
  ]);
  return z.any().refine(isMap, 'not a map').pipe(message);
}

/** The schemas of leader messages. */
function leadershipSchemas<Ballot extends z.ZodType, Vote extends z.ZodType>({
  seq,
  ballot,
  vote,
}: {
  seq: z.ZodInt;
  ballot: Ballot;
  vote: Vote;
}) {
  return [
    z.strictObject({ type: z.literal('preVote'), id: seq }),
    z.strictObject({ type: z.literal('preVoteGranted'), id: seq }),
    z.strictObject({ type: z.literal('prepareLog'), ballot }),
    z.strictObject({
      type: z.literal('logPromised'),
      ballot,
      firstSeq: seq,
      votes: z.array(record({ seq, vote })).max(64),
    }),
    z.strictObject({ type: z.literal('logRejected'), ballot, promised: ballot }),
    z.strictObject({
      type: z.literal('heartbeat'),
      ballot,
      knownUpTo: z.exactOptional(z.int().min(-1).max(seqMax)),
    }),
    z.strictObject({ type: z.literal('heartbeatAck'), ballot }),
    z.strictObject({ type: z.literal('transferLeadership'), ballot }),
  ] as const;
}

function checksumSchema(seqMax: number): z.ZodType<ChecksumMessage> {
  return z.strictObject({
    type: z.literal('checksum'),
    applied: z.int().min(0).max(seqMax),
    count: z.int().min(0).max(seqMax),
    sum: z
      .int()
      .min(0)
      .max(2 ** 32 - 1),
  });
}

function forwardSchema(valueBytesMax: number): z.ZodType<ForwardedBatch> {
  return z.strictObject({
    type: z.literal('forward'),
    runId: z
      .int()
      .min(0)
      .max(2 ** 52),
    number: z.int().min(0),
    value: z
      .instanceof(Uint8Array)
      .refine((bytes) => bytes.byteLength <= valueBytesMax, `longer than ${valueBytesMax} bytes`)
      // The bytes are a view of a whole frame, and keeping the view would keep the frame in memory.
      .transform(copyToPages),
  });
}

/** More than fit into a page: a row with its key takes some bytes, and a page has 256 KiB and one row. */
const rowCountMax = 65_536;
/** The most values in one page of the log. */
const valueCountMax = 1024;
/** More than any key of a row has. */
const keyBytesMax = 64 * 1024;

interface StateBounds {
  readonly seqMax: number;
  readonly valueBytesMax: number;
}

/**
 * The schema of state transfer messages. The rows that it returns are views into the frame. Values of the log are
 * copies, since they stay in memory.
 */
function stateSchema({ seqMax, valueBytesMax }: StateBounds): z.ZodType<StateMessage> {
  const seq = z.int().min(0).max(seqMax);
  const bytes = z.instanceof(Uint8Array);
  const transfer = z
    .int()
    .min(0)
    .max(2 ** 48);
  const page = z
    .int()
    .min(0)
    .max(2 ** 32);
  const applied = z.int().min(0).max(seqMax);
  const byteCount = z.int().min(0);
  const value = bytes
    .refine(({ byteLength }) => byteLength <= valueBytesMax, `longer than ${valueBytesMax} bytes`)
    .transform((view) => new Uint8Array(view));
  const after = bytes.refine(({ byteLength }) => byteLength <= keyBytesMax, 'too long');
  return z.discriminatedUnion('type', [
    z.strictObject({ type: z.literal('findLog'), transfer, seq }),
    z.strictObject({ type: z.literal('logFound'), transfer, isHeld: z.boolean() }),
    z.strictObject({
      type: z.literal('fetchLog'),
      transfer,
      seq,
      received: byteCount,
      credit: byteCount,
    }),
    z.strictObject({
      type: z.literal('logPage'),
      transfer,
      seq,
      values: z.array(value).max(valueCountMax),
      applied: z.int().min(-1).max(seqMax),
    }),
    z.strictObject({
      type: z.literal('fetch'),
      transfer,
      attempt: page,
      page,
      after,
      credit: page,
    }),
    z.strictObject({
      type: z.literal('page'),
      transfer,
      attempt: page,
      page,
      applied,
      total: z.int().min(0),
      rows: z.array(z.tuple([bytes, bytes])).max(rowCountMax),
      isLast: z.boolean(),
    }),
    z.strictObject({ type: z.literal('release'), transfer }),
    z.strictObject({ type: z.literal('refused'), transfer, reason: z.string().max(1024) }),
  ]);
}
