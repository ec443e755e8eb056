/**
 * The identity of a data directory: the node it belongs to, in a file outside the databases. The file records
 * that the node has voted, so that a journal that vanished counts as lost memory and not as a new node.
 */
import { createHash } from 'node:crypto';
import { id128Schema } from '@paxkv/protocol';
import { z } from 'zod';
import { baseLevel, type LevelRange, thisVersion } from '../state-machine/features.ts';
import { DiskError, hasCode, migrationAdvice, repairAdvice, toDiskError } from './disk-error.ts';
import { readOwnFile, replaceFile } from './durable-file.ts';
import type { JournalOwner } from './journal/journal-owner.ts';

/** The format of everything in a data directory at the base level. */
const baseFormat = 2;

/**
 * The format of a data directory of a cluster at this feature level. Each level has its own, so that a server
 * modifies nothing in the directory of a level that it does not know.
 */
export function diskFormatAt(level: number): number {
  return baseFormat + level - baseLevel;
}

/** Names a node. All of it is fixed as long as its data exists. */
export interface NodeName {
  readonly clusterId: string;
  readonly nodeId: number;
  readonly nodeCount: number;
}

const count = z.int().min(0);
const contentShape = z.strictObject({
  format: z.int().min(baseFormat),
  clusterId: z.string().min(1),
  nodeId: count,
  nodeCount: z.int().min(1),
  bootCount: count,
  hasVoted: z.boolean(),
  writeIndexReached: count,
  /** Absent in a file: 0. */
  stateEpoch: count.default(0),
  /** The incarnation of the cluster. Absent: not known yet. */
  incarnation: id128Schema.exactOptional(),
});
type Content = z.infer<typeof contentShape>;
const fileShape = contentShape.extend({ checksum: z.string() });

export class Identity implements JournalOwner {
  readonly #path: string;
  #content: Content;
  /** The last write. Each waits for the one before, so that none undoes another. */
  #writing: Promise<void> = Promise.resolve();

  private constructor(path: string, content: Content) {
    this.#path = path;
    this.#content = content;
  }

  /**
   * Creates an identity, durable when resolved: for a new node, or for one that may have voted and has lost
   * its memory.
   *
   * @throws DiskError `DISK_UNUSABLE`.
   */
  static async create(path: string, node: NodeName, hasVoted = false): Promise<Identity> {
    const { clusterId, nodeId, nodeCount } = node;
    const name = { format: baseFormat, clusterId, nodeId, nodeCount } as const;
    const counts = { bootCount: 0, writeIndexReached: 0, stateEpoch: 0 };
    const identity = new Identity(path, { ...name, ...counts, hasVoted });
    await identity.#replace({});
    return identity;
  }

  /**
   * Reads an identity and modifies nothing. `undefined` if there is none. `levels`: those of this version.
   *
   * @throws DiskError `DISK_WRONG_CLUSTER`, `DISK_WRONG_NODE`, `DISK_NEWER_FORMAT`, `DISK_OLDER_FORMAT`,
   *   `DISK_IDENTITY_DAMAGED` or `DISK_UNUSABLE`.
   */
  static async read(
    path: string,
    node: NodeName,
    levels: LevelRange = thisVersion,
  ): Promise<Identity | undefined> {
    const text = await readIfPresent(path);
    if (text === undefined) return undefined;
    const content = parseContent(path, text, diskFormatAt(levels.highest));
    expectSameNode(path, content, node);
    return new Identity(path, content);
  }

  get name(): string {
    return `${this.#content.clusterId}/${this.#content.nodeId}`;
  }

  /** How often this node was started, including this start. */
  get bootCount(): number {
    return this.#content.bootCount;
  }

  get hasVoted(): boolean {
    return this.#content.hasVoted;
  }

  get writeIndexReached(): number {
    return this.#content.writeIndexReached;
  }

  /** How often this node lost its state while it kept its journal, or may have kept it. */
  get stateEpoch(): number {
    return this.#content.stateEpoch;
  }

  /** The incarnation of the cluster, once it was recorded. */
  get incarnation(): string | undefined {
    return this.#content.incarnation;
  }

  /**
   * Records the incarnation of the cluster, which never changes.
   *
   * @throws DiskError `DISK_WRONG_CLUSTER` if another one is recorded, `DISK_UNUSABLE`.
   */
  async markIncarnation(incarnation: string): Promise<void> {
    const recorded = this.incarnation;
    if (recorded === undefined) await this.#replace({ incarnation });
    else if (recorded !== incarnation) throw otherIncarnation(this.#path);
  }

  /** Records that the state is lost: other nodes must not count on it any more. */
  async markStateLost(): Promise<void> {
    await this.#replace({ stateEpoch: this.stateEpoch + 1 });
  }

  async markVoted(): Promise<void> {
    await this.#replace({ hasVoted: true });
  }

  /** Records that the journal was set aside: its content is lost, and write indexes start again. */
  async markLost(): Promise<void> {
    await this.#replace({ hasVoted: true, writeIndexReached: 0 });
  }

  /** Counts a start, after the journal was verified up to `writeIndexReached`. */
  async markBoot(writeIndexReached: number): Promise<void> {
    const hasVoted = this.hasVoted || writeIndexReached > 0;
    await this.#replace({ bootCount: this.bootCount + 1, writeIndexReached, hasVoted });
  }

  /** Records how far the journal went, so that a later loss of its end is noticed. Ends after all earlier changes. */
  async markReached(writeIndexReached: number): Promise<void> {
    // Another identity may be opened on the file then: a change that came later would undo its changes.
    await this.#writing;
    if (writeIndexReached > this.writeIndexReached) await this.#replace({ writeIndexReached });
  }

  /** Records that the cluster runs at this feature level: older versions do not open the directory any more. */
  async markLevel(level: number): Promise<void> {
    const format = diskFormatAt(level);
    if (format > this.#content.format) await this.#replace({ format });
  }

  #replace(change: Partial<Content>): Promise<void> {
    const replaced = this.#writing.then(() => this.#write(change));
    this.#writing = replaced.catch(() => {});
    return replaced;
  }

  async #write(change: Partial<Content>): Promise<void> {
    const content = { ...this.#content, ...change };
    const { stateEpoch, ...others } = content;
    // A version that does not know it reads the file as long as no state was lost.
    const fields = stateEpoch === 0 ? others : content;
    const text = JSON.stringify({ ...fields, checksum: checksumOf(content) }, undefined, 2);
    try {
      await replaceFile(this.#path, `${text}\n`);
    } catch (cause) {
      throw toDiskError(`write ${this.#path}`, cause);
    }
    this.#content = content;
  }
}

async function readIfPresent(path: string): Promise<string | undefined> {
  try {
    return await readOwnFile(path);
  } catch (cause) {
    if (hasCode(cause, 'ENOENT')) return undefined;
    throw toDiskError(`read ${path}`, cause);
  }
}

function parseContent(path: string, text: string, formatMax: number): Content {
  const file = parseJson(path, text);
  const format = z.looseObject({ format: z.int().min(1) }).safeParse(file);
  const found = format.success ? format.data.format : baseFormat;
  if ((found < baseFormat || found > formatMax) && !isOurs(file, formatMax)) {
    throw otherFormat(path, found, formatMax);
  }
  const parsed = fileShape.safeParse(file);
  if (!parsed.success) throw damaged(path, z.prettifyError(parsed.error));
  const { checksum, ...content } = parsed.data;
  if (checksum !== checksumOf(content)) throw damaged(path, 'its checksum does not match');
  return content;
}

function otherFormat(path: string, found: number, formatMax: number): DiskError {
  const readable = baseFormat === formatMax ? `${baseFormat}` : `${baseFormat} to ${formatMax}`;
  const formats = `${path} has format ${found}; this version reads ${readable}.`;
  if (found > formatMax) {
    const message = `${formats} Start the newer version that wrote it; nothing was modified.`;
    return new DiskError('DISK_NEWER_FORMAT', message);
  }
  return new DiskError('DISK_OLDER_FORMAT', `${formats} ${migrationAdvice}`);
}

/** Whether everything but the format number is as this version writes it: then the number is damaged. */
function isOurs(file: unknown, formatMax: number): boolean {
  const restored = z.looseObject({}).transform((fields) => ({ ...fields, format: baseFormat }));
  const parsed = restored.pipe(fileShape).safeParse(file);
  if (!parsed.success) return false;
  const { checksum, ...content } = parsed.data;
  const formats = Array.from({ length: formatMax - baseFormat + 1 }, (_, i) => baseFormat + i);
  return formats.some((format) => checksum === checksumOf({ ...content, format }));
}

function parseJson(path: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw damaged(path, 'it is not JSON', cause);
  }
}

function expectSameNode(path: string, found: Content, wanted: NodeName): void {
  const { clusterId, nodeId, nodeCount } = wanted;
  if (found.clusterId !== clusterId) {
    const message =
      `${path} belongs to cluster ${found.clusterId}, not ${clusterId}. ` +
      'Give each cluster its own directories, and all of its servers the same name.';
    throw new DiskError('DISK_WRONG_CLUSTER', message);
  }
  if (found.nodeCount !== nodeCount) {
    const message =
      `${path} belongs to a cluster of ${found.nodeCount} nodes, not ${nodeCount}. ` +
      'The number of nodes never changes: give all servers the same list of addresses as at their first start.';
    throw new DiskError('DISK_WRONG_CLUSTER', message);
  }
  if (found.nodeId !== nodeId) {
    const message =
      `${path} belongs to node ${found.nodeId}, not ${nodeId}. ` +
      `Start node ${found.nodeId} with it, or node ${nodeId} with its own directory.`;
    throw new DiskError('DISK_WRONG_NODE', message);
  }
}

function otherIncarnation(path: string): DiskError {
  const message =
    `${path} belongs to another cluster of the same name, or to the same one before it was made anew. ` +
    'Give each cluster its own directories; to let this server join the cluster that runs, give it an empty one.';
  return new DiskError('DISK_WRONG_CLUSTER', message);
}

function checksumOf(content: Content): string {
  const { format, clusterId, nodeId, nodeCount } = content;
  const { bootCount, hasVoted, writeIndexReached, stateEpoch, incarnation } = content;
  const name = [format, clusterId, nodeId, nodeCount];
  const fields = [...name, bootCount, hasVoted, writeIndexReached];
  if (stateEpoch > 0) fields.push(stateEpoch);
  if (incarnation !== undefined) fields.push(incarnation);
  return createHash('sha256').update(JSON.stringify(fields)).digest('hex').slice(0, 32);
}

function damaged(path: string, reason: string, cause?: unknown): DiskError {
  const message = `${path} is damaged: ${reason}. ${repairAdvice}`;
  return new DiskError('DISK_IDENTITY_DAMAGED', message, cause);
}
