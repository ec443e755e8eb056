/**
 * The first words on a connection between servers. Who dials says who it is and whom it wants; nothing
 * else is read before the answer, so a server of another cluster or of another format cannot do harm.
 */
import type { PeerId } from '@paxkv/paxos';
import { z } from 'zod';
import { firstIssue, type Reading } from './codec.ts';

/** Where servers dial each other. */
export const peerPath = '/v1/peer';
/** Of messages between servers. Raised when a server of the old format could misread one of the new. */
export const formatVersion = 5;
/** No honest first frame is longer. */
export const helloBytesMax = 4096;

/** From the server that dials, as its first frame. */
export interface Hello {
  readonly type: 'hello';
  readonly formatVersion: number;
  readonly clusterId: string;
  readonly from: PeerId;
  /** Whom the sender believes to be speaking to. */
  readonly to: PeerId;
  readonly nodeCount: number;
  /** How often the sender was started, so that two runs of it at once are told apart. */
  readonly bootCount: number;
}

/** The only frame that ever goes the other way. */
export type HelloAnswer =
  | { readonly type: 'welcome' }
  | { readonly type: 'refusal'; readonly reason: string };

/** What a server knows when it is greeted. */
export interface Host {
  readonly me: PeerId;
  readonly clusterId: string;
  readonly nodeCount: number;
  /** The bootCount count given on the connection that is open from the same server, if one is. */
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

/** Reads a first frame. One of another format is refused by its version, whatever else is in it. */
export function readHello(content: unknown): Reading<Hello> {
  const first = versioned.safeParse(content);
  if (!first.success) return { valid: false, reason: `no hello: ${firstIssue(first.error)}` };
  if (first.data.formatVersion !== formatVersion) {
    const theirs = first.data.formatVersion;
    return {
      valid: false,
      reason: `format ${theirs} is unknown: this server speaks ${formatVersion}`,
    };
  }
  const hello = helloSchema.safeParse(content);
  if (!hello.success) return { valid: false, reason: `bad hello: ${firstIssue(hello.error)}` };
  return { valid: true, content: hello.data };
}

/** Why `host` will not listen to the sender of `hello`; `undefined` if it will. */
export function refusalOf(hello: Hello, host: Host): string | undefined {
  if (hello.clusterId !== host.clusterId) return 'wrong cluster: this server is part of another';
  if (hello.from === host.me) return `own id: this server is node ${host.me} itself`;
  if (hello.to !== host.me) return `wrong node: this is node ${host.me}, not ${hello.to}`;
  if (hello.nodeCount !== host.nodeCount) {
    return `wrong count: this cluster has ${host.nodeCount} nodes, not ${hello.nodeCount}`;
  }
  if (hello.from >= host.nodeCount) return `no such node: ${hello.from}`;
  // Once that connection has ended any bootCount will do: a node whose disk was replaced counts anew.
  if (host.bootCount !== undefined && hello.bootCount < host.bootCount)
    return `older run: bootCount ${hello.bootCount} of node ${hello.from}, beside ${host.bootCount}`;
  return undefined;
}

/** Reads the answer to a hello. */
export function readAnswer(content: unknown): Reading<HelloAnswer> {
  const answer = answerSchema.safeParse(content);
  if (!answer.success) return { valid: false, reason: `bad answer: ${firstIssue(answer.error)}` };
  return { valid: true, content: answer.data };
}

/** Words from afar, fit for a log line, a close frame and a terminal: printable, and not long. */
export function printable(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, '?').slice(0, 120);
}
