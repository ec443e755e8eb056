/**
 * Encodes messages as MessagePack maps, one or more to a frame. Every field that arrives is checked, and a
 * field that `core/messages/` does not define is refused. MessagePack's shared records are not used: they
 * would save a few bytes, but each frame would depend on those before it.
 */
import {
  type Envelope,
  learnCountMax,
  type Message,
  outcomeCountMax,
  roundMax,
} from '@paxkv/paxos/core';
import { copyToPages, packTight, pagedBytesMin } from '@paxkv/protocol';
// This entry point never loads the optional native string reader.
import { Packr } from 'msgpackr/pack';
import { z } from 'zod';
import type { ChecksumMessage, ForwardedBatch, StateMessage } from '../replica/ports.ts';
import { hasBoundedElements } from './frame-elements.ts';
import {
  checksumSchema,
  forwardSchema,
  isAboutState,
  isChecksum,
  isForwarded,
  stateSchema,
} from './side-messages.ts';

/** What a schema depends on. */
export interface EnvelopeBounds {
  readonly nodeCount: number;
  readonly valueBytesMax: number;
}

/** Numbers of instances stay below this: exact integers, with room for sums. */
export const seqMax = 2 ** 52;

export type Reading<T> =
  | { readonly valid: true; readonly content: T }
  | { readonly valid: false; readonly reason: string };

const packr = new Packr({ useRecords: false, mapsAsObjects: true });

/**
 * Encodes one message, to be sent alone or joined to others. `payloadBytes`: the size of all values and rows in it.
 */
export function pack(content: unknown, payloadBytes = 0): Uint8Array {
  return packTight(packr, content, payloadBytes);
}

/** Decodes the only content of a frame. The caller must check it. */
export function unpack(frame: Uint8Array): unknown {
  let content: unknown;
  let count = 0;
  const isWhole = unpackEach(frame, (each) => {
    content = each;
    count += 1;
    return count === 1;
  });
  return isWhole && count === 1 ? content : undefined;
}

/** Decodes the contents of a frame one by one, until `take` refuses one. False if it is no MessagePack, or too much. */
function unpackEach(frame: Uint8Array, take: (content: unknown) => boolean): boolean {
  if (!hasBoundedElements(frame)) return false;
  try {
    packr.unpackMultiple(frame, take);
    return true;
  } catch {
    return false;
  }
}

/** Messages between servers. */
export type PeerMessage = Envelope<Uint8Array> | SideMessage;

/** Messages between replicas other than those of Paxos. */
export type SideMessage = StateMessage | ForwardedBatch | ChecksumMessage;

export function isEnvelope(message: PeerMessage): message is Envelope<Uint8Array> {
  return 'message' in message;
}

/** Reads the frames that other servers send to this one. */
export class FrameReader {
  readonly #schema: z.ZodType<Envelope<Uint8Array>>;
  readonly #stateSchema: z.ZodType<StateMessage>;
  readonly #checksumSchema = checksumSchema(seqMax);
  readonly #forwardSchema: z.ZodType<ForwardedBatch>;
  readonly #me: number;

  constructor(me: number, bounds: EnvelopeBounds) {
    this.#schema = envelopeSchema(bounds);
    this.#stateSchema = stateSchema({ seqMax, valueBytesMax: bounds.valueBytesMax });
    this.#forwardSchema = forwardSchema(bounds.valueBytesMax);
    this.#me = me;
  }

  /** All messages of a frame from `sender`, or none of them if one is invalid. */
  read(frame: Uint8Array, sender: number): Reading<PeerMessage[]> {
    const messages: PeerMessage[] = [];
    let reason: string | undefined;
    const isWhole = unpackEach(frame, (content) => {
      const reading = this.#readOne(content, sender);
      if (reading.valid) messages.push(reading.content);
      else reason = reading.reason;
      return reading.valid;
    });
    if (!isWhole) reason ??= 'not MessagePack';
    return reason === undefined ? { valid: true, content: messages } : { valid: false, reason };
  }

  #readOne(content: unknown, sender: number): Reading<PeerMessage> {
    if (isAboutState(content)) return toReading(this.#stateSchema.safeParse(content));
    if (isForwarded(content)) return toReading(this.#forwardSchema.safeParse(content));
    if (isChecksum(content)) return toReading(this.#checksumSchema.safeParse(content));
    const parsed = this.#schema.safeParse(content);
    if (!parsed.success) return { valid: false, reason: firstIssue(parsed.error) };
    if (parsed.data.from !== sender) return { valid: false, reason: 'from: not the sender' };
    if (parsed.data.to !== this.#me) return { valid: false, reason: 'to: not this server' };
    return { valid: true, content: parsed.data };
  }
}

function toReading<T>(parsed: z.ZodSafeParseResult<T>): Reading<T> {
  if (parsed.success) return { valid: true, content: parsed.data };
  return { valid: false, reason: firstIssue(parsed.error) };
}

/** The first error, in a few words that contain nothing of what was sent. */
export function firstIssue(error: z.ZodError): string {
  const issue = error.issues[0];
  if (issue === undefined) return 'invalid';
  const path = issue.path.join('.') || 'message';
  return issue.code === 'unrecognized_keys'
    ? `${path}: unknown field`
    : `${path}: ${issue.message}`;
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
