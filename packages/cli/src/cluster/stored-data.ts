/**
 * Checks the data directory of a local cluster before a start. A cluster starts with the data of all of its
 * nodes or of none: a node that starts without its data has forgotten its votes.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { CliError } from '../cli-error.ts';

export interface StoredNodes {
  /** Ids of the nodes that have data, in ascending order. */
  readonly nodes: readonly number[];
  /** The size of the cluster that the data belongs to; `undefined` if no identity file states it. */
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

/** @throws CliError `CLI_DATA` unless no node has data, or all nodes of a cluster of `wantedCount` do. */
export function expectComplete(
  directory: string,
  { nodes, nodeCount = countFrom(nodes) }: StoredNodes,
  wantedCount: number,
): void {
  if (nodes.length === 0) return;
  if (nodeCount !== wantedCount) {
    const message = `${directory} holds a cluster of ${nodeCount}, not ${wantedCount}`;
    throw new CliError('CLI_DATA', `${message}: start it with --nodes ${nodeCount}`);
  }
  const all = Array.from({ length: nodeCount }, (_, node) => node);
  const missing = all.find((node) => !nodes.includes(node));
  if (missing === undefined) return;
  throw new CliError(
    'CLI_DATA',
    `${directory} lacks node-${missing}, and that node may have voted: put it back, or give a new ` +
      'cluster another directory with --data',
  );
}

/** The size of the smallest cluster that has all of these nodes. */
function countFrom(nodes: readonly number[]): number {
  return Math.max(...nodes) + 1;
}

/** Reads the file leniently: this check only reports errors early, and the server verifies the file. */
function nodeCountIn(identity: string): number | undefined {
  const [, count] = /"nodeCount": (\d+)/.exec(identity) ?? [];
  return count === undefined ? undefined : Number(count);
}
