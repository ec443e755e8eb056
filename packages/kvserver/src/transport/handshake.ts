/**
 * The frames of the handshake on a connection between servers, and what they are compared with. The dialing server
 * identifies itself and its target, and both prove that they have the secret of the cluster; see `exchange/`.
 * Nothing else is read before, so a server of another cluster or format cannot do harm.
 * Rule: fields are only ever added to these frames, since each version reads those of every other one.
 */
import type { PeerId } from '@paxkv/paxos';
import { id128Schema } from '@paxkv/protocol';
import { z } from 'zod';
import type { ServerLevels } from '../replica/ports.ts';
import { includesLevel, unsupportedLevel } from '../state-machine/features.ts';
import type { Reading } from './codec.ts';

/** The path at which servers of earlier versions dial each other, by WebSocket. */
export const peerPath = '/v1/peer';
/** Formats of messages between servers, from `min` to `max`, both included. */
export interface FormatRange {
  readonly min: number;
  readonly max: number;
}

/**
 * The formats that this version speaks. `max` rises with each change that another version would misread. Two
 * servers speak the highest format that both know, so `min` may only rise past formats that no version in use needs.
 */
export const formats: FormatRange = { min: 6, max: 6 };
/** The lowest format that is negotiated. Versions that speak a lower one demand that all formats are equal. */
const firstNegotiated = 6;
/** The longest frame of a handshake. */
export const helloBytesMax = 4096;

/** The first frame, from the dialing server. */
export interface Hello {
  readonly type: 'hello';
  /** The highest format that the sender speaks. */
  readonly formatVersion: number;
  /** The lowest one. */
  readonly formatVersionMin: number;
  readonly clusterId: string;
  readonly from: PeerId;
  /** The server that the sender means to reach. */
  readonly to: PeerId;
  readonly nodeCount: number;
  /** How often the sender was started. If two runs overlap, the later one counts. */
  readonly bootCount: number;
  /** The feature level of the sender's state, and the levels at which the sender can run. */
  readonly level: number;
  readonly levels: ServerLevels;
  /** The incarnation of the sender's cluster, if the sender knows it. */
  readonly incarnation?: string;
}

/** Random bytes, so that no handshake is like an earlier one. */
export const nonceBytes = 32;

/** The second frame, from the listening server: its nonce. It may also be an answer already: a refusal. */
export interface Challenge {
  readonly type: 'challenge';
  readonly nonce: Uint8Array;
}

/** The third frame, from the dialing server. */
export interface Proof {
  readonly type: 'proof';
  readonly proof: Uint8Array;
}

/** The last frame, from the listening server, with the proof of that server. */
export interface ProvenAnswer {
  readonly type: 'answer';
  /** A packed {@link HelloAnswer}. */
  readonly content: Uint8Array;
  /** Absent: a refusal before the dialing server has proven itself. */
  readonly proof?: Uint8Array;
}

/** What the listening server decides. */
export type HelloAnswer = Welcome | Refusal;

export interface Welcome {
  readonly type: 'welcome';
  /** The format of all messages on this connection. */
  readonly formatVersion: number;
  /** As in the hello. */
  readonly incarnation?: string;
}

export interface Refusal {
  readonly type: 'refusal';
  readonly reason: string;
  /** The feature level of the cluster, if the dialing server cannot run at it. */
  readonly level?: number;
}

/** What the accepting server compares a hello with. */
export interface Host {
  readonly me: PeerId;
  readonly clusterId: string;
  readonly nodeCount: number;
  /** The boot count on the open connection from the same server, if there is one. */
  readonly bootCount: number | undefined;
}

const format = z.int().min(1);
const level = z.int().min(1);

const versioned = z.object({
  type: z.literal('hello'),
  formatVersion: format,
  formatVersionMin: format.exactOptional(),
});

const helloSchema: z.ZodType<Hello> = z.object({
  type: z.literal('hello'),
  formatVersion: format,
  formatVersionMin: format,
  clusterId: z.string().max(256),
  from: z.int().min(0),
  to: z.int().min(0),
  nodeCount: z.int().min(1),
  bootCount: z.int().min(0),
  level,
  levels: z.object({ lowest: level, highest: level, raiseMax: level }),
  incarnation: id128Schema.exactOptional(),
});

const answerSchema: z.ZodType<HelloAnswer> = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('welcome'),
    formatVersion: format,
    incarnation: id128Schema.exactOptional(),
  }),
  z.object({ type: z.literal('refusal'), reason: z.string(), level: level.exactOptional() }),
]);

const bytes = z.instanceof(Uint8Array);
const nonceSchema = z.object({ nonce: bytes.refine(({ length }) => length === nonceBytes) });
const proofSchema: z.ZodType<Proof> = z.object({ type: z.literal('proof'), proof: bytes });
const secondSchema: z.ZodType<Challenge | ProvenAnswer> = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('challenge'),
    nonce: bytes.refine(({ length }) => length === nonceBytes),
  }),
  z.object({ type: z.literal('answer'), content: bytes, proof: bytes.exactOptional() }),
]);

/** Whether a hello has a nonce, without which nothing can be proven. */
export function hasNonce(content: unknown): boolean {
  return nonceSchema.safeParse(content).success;
}

/** Reads the frame with which a dialing server proves itself. */
export function readProof(content: unknown): Proof | undefined {
  return proofSchema.safeParse(content).data;
}

/** Reads a frame of the listening server. */
export function readSecond(content: unknown): Challenge | ProvenAnswer | undefined {
  return secondSchema.safeParse(content).data;
}

/** Reads a first frame. A sender without a common format is refused by it, whatever else the frame holds. */
export function readHello(content: unknown): Reading<Hello> {
  const first = versioned.safeParse(content);
  if (!first.success) return { valid: false, reason: `no hello: ${firstIssue(first.error)}` };
  const { formatVersion: max, formatVersionMin: min = max } = first.data;
  if (Math.min(max, formats.max) < Math.max(min, formats.min)) {
    return { valid: false, reason: formatRefusal({ min, max }) };
  }
  const hello = helloSchema.safeParse(content);
  if (!hello.success) return { valid: false, reason: `bad hello: ${firstIssue(hello.error)}` };
  return { valid: true, content: hello.data };
}

/** Why `host` refuses the sender of `hello`; `undefined` if it accepts it. */
export function refusalOf(hello: Hello, host: Host): string | undefined {
  if (hello.clusterId !== host.clusterId)
    return 'wrong cluster: this server belongs to another one';
  if (hello.from === host.me) return `own id: this server is node ${host.me} itself`;
  if (hello.to !== host.me) return `wrong node: this is node ${host.me}, not ${hello.to}`;
  if (hello.nodeCount !== host.nodeCount) {
    return `wrong count: this cluster has ${host.nodeCount} nodes, not ${hello.nodeCount}`;
  }
  if (hello.from >= host.nodeCount) return `no such node: ${hello.from}`;
  // Without an open connection any count is accepted: a node with a replaced disk starts at 1 again.
  if (host.bootCount !== undefined && hello.bootCount < host.bootCount)
    return `older run: boot ${hello.bootCount} of node ${hello.from}, while boot ${host.bootCount} is connected`;
  return undefined;
}

function formatRefusal(theirs: FormatRange): string {
  const advice =
    theirs.max < firstNegotiated
      ? 'stop all servers, then start all with the newer version'
      : 'upgrade by way of a version in between';
  return `no common peer format: ${textOf(theirs)} there, ${textOf(formats)} here; ${advice}`;
}

function textOf({ min, max }: FormatRange): string {
  return min === max ? `${max}` : `${min} to ${max}`;
}

/** The refusal of a sender that cannot run at `level`, the feature level here; `undefined` if it can. */
export function levelRefusalOf({ levels }: Hello, level: number): Refusal | undefined {
  if (includesLevel(levels, level)) return undefined;
  return { type: 'refusal', reason: unsupportedLevel(level, levels).message, level };
}

/** Why a server is refused whose cluster is another one, or the same one made anew. */
export const wrongIncarnation =
  'wrong incarnation: the servers belong to clusters that were made at different times';

/** The member of a frame that names the incarnation, if it is known. */
export function incarnationIn({ incarnation }: { readonly incarnation: string | undefined }): {
  readonly incarnation?: string;
} {
  return incarnation === undefined ? {} : { incarnation };
}

/** Reads the answer to a hello. */
export function readAnswer(content: unknown): Reading<HelloAnswer> {
  const answer = answerSchema.safeParse(content);
  if (!answer.success) return { valid: false, reason: `bad answer: ${firstIssue(answer.error)}` };
  return { valid: true, content: answer.data };
}

/** The first error, in a few words that contain nothing of what was sent. */
function firstIssue(error: z.ZodError): string {
  const issue = error.issues[0];
  if (issue === undefined) return 'invalid';
  const path = issue.path.join('.') || 'message';
  return issue.code === 'unrecognized_keys'
    ? `${path}: unknown field`
    : `${path}: ${issue.message}`;
}
