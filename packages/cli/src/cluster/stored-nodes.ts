/**
 * Which nodes a cluster's data directory holds. A cluster is started with all of them or not at all:
 * a node that began anew beside the others would have forgotten its votes.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { CliError, exitCodes } from '../exit-code.ts';

export interface StoredNodes {
  /** Ids of the nodes that have data. */
  readonly nodes: readonly number[];
  /** How many nodes theirs is a cluster of; `undefined` if none of them can tell. */
  readonly nodeCount: number | undefined;
}

export function storedNodes(directory: string): StoredNodes {
  const names = existsSync(directory) ? readdirSync(directory) : [];
  const identities = names
    .filter((name) => /^node-\d+$/.test(name))
    .map((name) => ({
      node: Number(name.slice('node-'.length)),
      file: path.join(directory, name, 'identity.json'),
    }))
    .filter(({ file }) => existsSync(file));
  const counts = identities.map(({ file }) => nodeCountIn(readFileSync(file, 'utf8')));
  return {
    nodes: identities.map(({ node }) => node).sort((a, b) => a - b),
    nodeCount: counts.find((count) => count !== undefined),
  };
}

/** @throws CliError unless there are no data, or data of every node of a cluster of `wantedCount`. */
export function expectWhole(
  directory: string,
  { nodes, nodeCount = wantedCountOf(nodes) }: StoredNodes,
  wantedCount: number,
): void {
  if (nodes.length === 0) return;
  if (nodeCount !== wantedCount) {
    const message = `${directory} holds a cluster of ${nodeCount}, not ${wantedCount}`;
    throw new CliError(`${message}: start it with --nodes ${nodeCount}`, exitCodes.disk);
  }
  const all = Array.from({ length: nodeCount }, (_, node) => node);
  const missing = all.find((node) => !nodes.includes(node));
  if (missing === undefined) return;
  throw new CliError(
    `${directory} lacks node-${missing}, and that node may have voted: put it back, or name ` +
      'another directory for a new cluster',
    exitCodes.disk,
  );
}

/** Without a word from the nodes themselves: as many as their ids ask for. */
function wantedCountOf(nodes: readonly number[]): number {
  return Math.max(...nodes) + 1;
}

/** Only to say it early: the server checks the file itself, and is the one to judge it. */
function nodeCountIn(identity: string): number | undefined {
  const [, count] = /"nodeCount": (\d+)/.exec(identity) ?? [];
  return count === undefined ? undefined : Number(count);
}
