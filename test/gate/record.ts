/**
 * The record of the gate: the results of its pieces, which may run on different days. It is a JSON file beside
 * the sources, so that figures can be quoted and reproduced.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Machine } from '../evidence/machine.ts';

/** One run of one piece. */
export interface PieceEntry {
  readonly piece: string;
  /** The commit of the sources, with a `+` if they differed from it. */
  readonly commit: string;
  readonly machine: Machine;
  /** ISO 8601, in UTC. */
  readonly startedAt: string;
  readonly seconds: number;
  readonly hasPassed: boolean;
  /** What was run, its seeds included. */
  readonly command: string;
  /** The last line that it printed. */
  readonly lastLine: string;
  /** The main figures, if the program reports them as data. */
  readonly counts: Readonly<Record<string, number>>;
}

export const recordFile = join(import.meta.dirname, '../../gate/ledger.json');

/** All entries; none if there is no file yet. */
export function readRecord(file: string): readonly PieceEntry[] {
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : [];
}

/** Returns all entries, the new one last. */
export function appendPiece(file: string, entry: PieceEntry): readonly PieceEntry[] {
  const entries = [...readRecord(file), entry];
  writeFileSync(file, `${JSON.stringify(entries, null, 2)}\n`);
  return entries;
}

/** How much of the gate has passed at a commit, and what is left. */
export function tellRecord(
  entries: readonly PieceEntry[],
  { commit, pieces }: { readonly commit: string; readonly pieces: readonly string[] },
): string {
  const latest = new Map(
    entries.filter((entry) => entry.commit === commit).map((entry) => [entry.piece, entry]),
  );
  const hasPassed = (piece: string) => latest.get(piece)?.hasPassed === true;
  const failed = pieces.filter((piece) => latest.get(piece)?.hasPassed === false);
  const left = pieces.filter((piece) => !latest.has(piece));
  return [
    `At ${commit} ${pieces.filter(hasPassed).length} of ${pieces.length} pieces have passed.`,
    ...(failed.length === 0 ? [] : [`Failed: ${failed.join(', ')}`]),
    ...(left.length === 0 ? [] : [`Left: ${left.join(', ')}`]),
  ].join('\n');
}
