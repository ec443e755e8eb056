/**
 * Which nodes a cluster's data directory holds. A cluster is started with all of them or not at all:
 * a node that began anew beside the others would have forgotten its votes.
 */
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { CliError, exitCodes } from '../exit-code.ts';

/** Ids of the nodes with data below `directory`, in ascending order. */
export function storedNodes(directory: string): number[] {
  if (!existsSync(directory)) return [];
  return readdirSync(directory)
    .filter((name) => /^node-\d+$/.test(name))
    .filter((name) => existsSync(path.join(directory, name, 'identity.json')))
    .map((name) => Number(name.slice('node-'.length)))
    .sort((a, b) => a - b);
}

/** @throws CliError if `stored` is neither nothing nor every node from 0. */
export function expectWhole(directory: string, stored: readonly number[], nodeCount: number): void {
  if (stored.length === 0) return;
  const storedCount = Math.max(...stored) + 1;
  const missing = Array.from({ length: storedCount }, (_, node) => node).find(
    (node) => !stored.includes(node),
  );
  if (missing !== undefined) {
    throw new CliError(
      `${directory} lacks node-${missing}, and that node may have voted: put it back, or name ` +
        'another directory for a new cluster',
      exitCodes.disk,
    );
  }
  if (storedCount === nodeCount) return;
  const message = `${directory} holds a cluster of ${storedCount}, not ${nodeCount}`;
  throw new CliError(`${message}: start it with --nodes ${storedCount}`, exitCodes.disk);
}
