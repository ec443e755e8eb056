/** Contents that are messages, almost messages, or nothing of the kind. */
import type { SideMessage } from '@paxkv/kvserver/internal/transport/codec';
import type { Message } from '@paxkv/paxos';
import type { SeededRandom } from '@paxkv/simulator';
import { samples, stateSamples } from '../samples.ts';

export const bounds = { nodeCount: 2, valueBytesMax: 1000 };

/** A new type of message does not compile before it has a sample here. */
const sideTypes: Record<SideMessage['type'], true> = {
  ...{ findLog: true, logFound: true, fetchLog: true, logPage: true, fetch: true, page: true },
  ...{ release: true, refused: true, forward: true, checksum: true },
};
const types: Record<Message<Uint8Array>['type'], true> = {
  ...{ prepare: true, promised: true, accept: true, accepted: true, rejected: true },
  ...{ decided: true, learn: true, learned: true, forgotten: true, readIndex: true },
  ...{ readIndexReply: true, preVote: true, preVoteGranted: true, prepareLog: true },
  ...{ logPromised: true, logRejected: true, heartbeat: true, heartbeatAck: true },
  ...{ transferLeadership: true, admit: true, admitted: true, staleIncarnation: true },
};

export const sideSamples: readonly SideMessage[] = [
  ...stateSamples,
  { type: 'forward', runId: 2 ** 40, number: 3, value: new Uint8Array([1, 2]) },
  { type: 'checksum', applied: 9, count: 3, sum: 4_000_000_000 },
];

/** The types of messages that no sample is of. */
export function typesWithoutSample(): string[] {
  const sampled = new Set<string>([
    ...samples.map(({ message }) => message.type),
    ...sideSamples.map(({ type }) => type),
  ]);
  return [...Object.keys(types), ...Object.keys(sideTypes)].filter((type) => !sampled.has(type));
}

const powers = [32, 48, 52, 53].flatMap((power) => [2 ** power - 1, 2 ** power, 2 ** power + 1]);
const counts = [1, 2, 16, 64, 1000, 1024, 65_536].flatMap((count) => [count, count + 1]);
const numbers = [-2, -1, -0, 0, 0.5, ...counts, ...powers, -(2 ** 60), Number.NaN, 1e300];
const texts = ['', 'x', ...Object.keys(types), ...Object.keys(sideTypes), 'constructor'];
const longTexts = ['x'.repeat(1024), 'x'.repeat(1025), '😀'.repeat(512), '😀'.repeat(513)];
const byteLengths = [0, 1, 1000, 1001];
const strange = [null, undefined, true, false, 7n, {}, [], [[]], new Date(0), new Map()];

/** What may stand in the place of any part of a message. */
export const replacements: readonly unknown[] = [
  ...numbers,
  ...texts,
  ...longTexts,
  ...byteLengths.map((length) => new Uint8Array(length)),
  ...strange,
  { round: 1, peer: 1 },
  { ballot: { round: 1, peer: 1 }, value: new Uint8Array() },
];

const listLengths = [0, 1, 2, 3, 16, 17, 64, 65, 1024, 1025];

type Path = readonly string[];
type Tree = Record<string, unknown>;

/** The places of all parts of a content. */
export function pathsIn(content: unknown, path: Path = []): Path[] {
  if (!isTree(content)) return [path];
  const below = Object.entries(content).flatMap(([name, part]) => pathsIn(part, [...path, name]));
  return [path, ...below];
}

/** Copies with the part at `path` replaced, removed, or — a list — made as long as lists may be and longer. */
export function* variantsAt(content: unknown, path: Path): Generator<unknown> {
  for (const replacement of replacements) yield replaced(content, path, () => replacement);
  if (path.length > 0) yield removed(content, path);
  yield replaced(content, path, (part) => (isTree(part) ? { ...part, extra: 1 } : part));
  for (const length of listLengths) {
    yield replaced(content, path, (part) => (Array.isArray(part) ? ofLength(part, length) : part));
  }
}

/** A copy with one to three parts changed. */
export function changed(content: unknown, others: readonly object[], random: SeededRandom) {
  let result = content;
  for (let count = random.integer(1, 3); count > 0; count -= 1) {
    const path = random.pick(pathsIn(result));
    const donor = random.pick(others);
    const part = random.chance(0.5)
      ? random.pick(replacements)
      : partAt(donor, random.pick(pathsIn(donor)));
    const isRemoved = path.length > 0 && random.chance(0.2);
    result = isRemoved ? removed(result, path) : replaced(result, path, () => part);
  }
  return result;
}

/** Any tree with names that messages use. */
export function anyTree(names: readonly string[], random: SeededRandom, depth = 3): unknown {
  if (depth === 0 || random.chance(0.3)) return random.pick(replacements);
  const parts = Array.from({ length: random.integer(0, 6) }, () => [
    random.pick(names),
    anyTree(names, random, depth - 1),
  ]);
  return random.chance(0.2) ? parts.map(([, part]) => part) : Object.fromEntries(parts);
}

function ofLength(list: readonly unknown[], length: number): unknown[] {
  return Array.from({ length }, (_, index) => list[index % Math.max(1, list.length)]);
}

function partAt(content: unknown, path: Path): unknown {
  return path.reduce((part, name) => (isTree(part) ? part[name] : undefined), content);
}

function replaced(content: unknown, path: Path, by: (part: unknown) => unknown): unknown {
  const [name, ...rest] = path;
  if (name === undefined) return by(content);
  const copy = copyOf(content);
  copy[name] = replaced(copy[name], rest, by);
  return copy;
}

function removed(content: unknown, path: Path): unknown {
  const [name, ...rest] = path;
  const copy = copyOf(content);
  if (name === undefined) return copy;
  if (rest.length > 0) copy[name] = removed(copy[name], rest);
  else if (Array.isArray(copy)) copy.splice(Number(name), 1);
  else delete copy[name];
  return copy;
}

function copyOf(content: unknown): Tree {
  return (Array.isArray(content) ? [...content] : { ...(content as object) }) as Tree;
}

function isTree(content: unknown): content is Tree {
  if (typeof content !== 'object' || content === null) return false;
  return Array.isArray(content) || Object.getPrototypeOf(content) === Object.prototype;
}
