/** Results on disk, a JSON file for each run of a runner. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { commitName } from '../simulation/report/seed-ledger.ts';
import { thisMachine } from './machine.ts';
import type { Body, Origin, Result } from './result.ts';

/** Call it when a run begins; what it returns writes the result at the end, if there is a file for it. */
export function beginResult(): (file: string | undefined, hasPassed: boolean, body: Body) => void {
  const startedAt = new Date().toISOString();
  const startMs = performance.now();
  return (file, hasPassed, body) => {
    if (file === undefined) return;
    const origin: Origin = {
      commit: commitName(import.meta.dirname),
      machine: thisMachine(),
      startedAt,
      seconds: Math.round((performance.now() - startMs) / 1000),
      hasPassed,
    };
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, `${JSON.stringify({ ...origin, ...body }, null, 2)}\n`);
  };
}

export function readResult(file: string): Result {
  return JSON.parse(readFileSync(file, 'utf8'));
}

/** All results of a folder, in the order of their names. */
export function readResults(folder: string): Result[] {
  const names = readdirSync(folder).filter((name) => name.endsWith('.json'));
  return names.sort().map((name) => readResult(join(folder, name)));
}
