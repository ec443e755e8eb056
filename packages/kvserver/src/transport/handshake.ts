/**
 * The handshake on a connection between servers. The dialing server identifies itself and its target, and
 * nothing else is read before the answer, so a server of another cluster or format cannot do harm.
 */
import type { PeerId } from '@paxkv/paxos';
import { z } from 'zod';
import { firstIssue, type Reading } from './codec.ts';

/** The path at which servers dial each other. */
export const peerPath = '/v1/peer';
/** The format of messages between servers. It rises with each change that another version would misread. */
export const formatVersion = 6;
/** The longest first frame that a server sends. */
export const helloBytesMax = 4096;

/** The first frame, from the dialing server. */
export interface Hello {
  readonly type: 'hello';
  readonly formatVersion: number;
  readonly clusterId: string;
  readonly from: PeerId;
  /** The server that the sender means to reach. */
  readonly to: PeerId;
  readonly nodeCount: number;
  /** How often the sender was started. If two runs overlap, the later one counts. */
  readonly bootCount: number;
}

/** The only frame in the other direction. */
export type HelloAnswer =
  | { readonly type: 'welcome' }
  | { readonly type: 'refusal'; readonly reason: string };

/** What the accepting server compares a hello with. */
export interface Host {
  readonly me: PeerId;
  readonly clusterId: string;
  readonly nodeCount: number;
  /** The boot count on the open connection from the same server, if there is one. */
  readonly bootCount: number | undefined;
}

const versioned = z.looseObject({ type: z.literal('hello'), formatVersion: z.int() });

const helloSchema: z.ZodType<Hello> = z.strictObject({
  type: z.literal('hello'),
  formatVersion: z.literal(formatVersion),
  clusterId: z.string().max(256),
  from: z.int().min(0),
  to: z.int().min(0),
  nodeCount: z.int().min(1),
  bootCount: z.int().min(0),
});

const answerSchema: z.ZodType<HelloAnswer> = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('welcome') }),
  z.strictObject({ type: z.literal('refusal'), reason: z.string() }),
]);

/** Reads a first frame. Another format is refused by its version, whatever else the frame holds. */
export function readHello(content: unknown): Reading<Hello> {
  const first = versioned.safeParse(content);
  if (!first.success) return { valid: false, reason: `no hello: ${firstIssue(first.error)}` };
  if (first.data.formatVersion !== formatVersion) {
    const theirs = first.data.formatVersion;
    return {
      valid: false,
      reason: `peer format ${theirs} is not supported: this server uses format ${formatVersion}`,
    };
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

/** Reads the answer to a hello. */
export function readAnswer(content: unknown): Reading<HelloAnswer> {
  const answer = answerSchema.safeParse(content);
  if (!answer.success) return { valid: false, reason: `bad answer: ${firstIssue(answer.error)}` };
  return { valid: true, content: answer.data };
}

/** Text of another server, made safe for a log line, a close frame and a terminal: printable and short. */
export function printable(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, '?').slice(0, 120);
}
