/**
 * The ledger of runs: which seeds, of which commit, and their results. It is a JSON file beside the sources, so
 * that figures can be quoted and reproduced.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import type { Totals } from './totals.ts';

export interface Entry {
  /** The commit, with a `+` if the sources differed from it. */
  readonly commit: string;
  readonly firstSeed: number;
  readonly seedCount: number;
  readonly simulatedHours: number;
  readonly callCount: number;
  readonly faultCount: number;
  readonly failedSeeds: readonly number[];
}

const hourMs = 3_600_000;

export function toEntry(totals: Totals, { firstSeed, commit }: Origin): Entry {
  return {
    commit,
    firstSeed,
    seedCount: totals.seedCount,
    simulatedHours: Number((totals.simulatedMs / hourMs).toFixed(2)),
    callCount: totals.operationCount,
    faultCount: totals.faultCount,
    failedSeeds: totals.failed.map(({ seed }) => seed),
  };
}

export interface Origin {
  readonly firstSeed: number;
  readonly commit: string;
}

/** Returns all entries, the new one last. */
export function addEntry(file: string, entry: Entry): readonly Entry[] {
  const before: Entry[] = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : [];
  const entries = [...before, entry];
  writeFileSync(file, `${JSON.stringify(entries, null, 2)}\n`);
  return entries;
}

/** Files that grow by results: a change of them is no change of the sources. */
const ledgers = ['test/simulation/ledger.json', 'test/gate/ledger.json'];

/** The commit of the sources that run, as far as git knows. */
export function commitName(folder: string): string {
  const others = ledgers.map((file) => `:(top,exclude)${file}`);
  const [head, changes] = [
    ['rev-parse', '--short', 'HEAD'],
    ['status', '--porcelain', '--', ':(top)', ...others],
  ].map((words) => spawnSync('git', ['-C', folder, ...words], { encoding: 'utf8' }).stdout?.trim());
  return `${head || 'unknown'}${changes ? '+' : ''}`;
}

/** One entry as a line. */
export function tellEntries(entries: readonly Entry[]): string {
  const sum = (count: (entry: Entry) => number) =>
    entries.reduce((total, entry) => total + count(entry), 0);
  const hours = sum(({ simulatedHours }) => simulatedHours).toFixed(1);
  const seeds = sum(({ seedCount }) => seedCount);
  const calls = sum(({ callCount }) => callCount);
  const failed = sum(({ failedSeeds }) => failedSeeds.length);
  return `Ledger: ${seeds} seeds, ${hours} simulated hours, ${calls} calls, ${failed} failed`;
}
