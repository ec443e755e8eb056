/** A node that stays away for long under full load; see `absence-run.ts`. */
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type AbsenceFigures, type AbsencePlan, playAbsence } from '../absence/absence-run.ts';
import { toReportPage } from '../absence/report-page.ts';
import type { Nemesis } from './nemesis.ts';

/** Memory may grow by so much a minute once caches and log are full. */
export const growthMax = 1;
/** The absences that are too short to tell growth from noise are not judged by it. */
const judgedMsMin = 180_000;
const levelMsMax = 30_000;
const p99FactorMax = 2;
/** Below this a p99 is noise of the machine. */
const p99MsMin = 25;

export interface AbsenceOptions extends AbsencePlan {
  /** Bytes that a node's disk may hold. */
  readonly diskBytesMax: number;
}

/** @throws Error that names each goal that was missed, and the page with the plots */
export function absence(options: AbsenceOptions): Nemesis {
  return async (scene) => {
    const figures = await playAbsence(scene, options);
    const title = `A node away for ${Math.round(options.downMs / 1000)} s`;
    const file = join(await mkdtemp(join(tmpdir(), 'paxkv-absence-')), 'absence.html');
    await writeFile(file, toReportPage(title, figures));
    const text = [...figures.rows.map(({ name, text: value }) => `${name}: ${value}`), file];
    console.log(text.map((line) => `        ${line}`).join('\n'));
    const missed = missedGoals(figures, options);
    if (missed.length > 0) throw new Error(`${missed.join('; ')} (${file})`);
    return `node ${figures.absent} was away; ${file}`;
  };
}

/** What was promised for an absence and not kept, a phrase each. */
export function missedGoals(
  { absent, growth, samples, levelAfterMs, p99Ms }: Omit<AbsenceFigures, 'rows' | 'perSecond'>,
  { downMs, diskBytesMax }: Pick<AbsenceOptions, 'downMs' | 'diskBytesMax'>,
): string[] {
  const missed: string[] = [];
  for (const { node, perMinute } of growth) {
    if (downMs >= judgedMsMin && perMinute >= growthMax) {
      missed.push(`the memory of node ${node} grew by ${perMinute.toFixed(2)} MiB a minute`);
    }
  }
  for (const [node, series] of samples.entries()) {
    const highest = Math.max(0, ...series.map(({ diskBytes }) => diskBytes));
    if (node !== absent && highest > diskBytesMax) {
      missed.push(`node ${node} had ${highest} bytes on its disk, and ${diskBytesMax} are allowed`);
    }
  }
  if (levelAfterMs === undefined || levelAfterMs > levelMsMax) {
    missed.push(`node ${absent} was not level within ${levelMsMax} ms`);
  }
  const p99Max = Math.max(p99MsMin, p99FactorMax * p99Ms.before);
  if (p99Ms.after > p99Max) {
    missed.push(`the p99 after the return was ${p99Ms.after} ms, and ${p99Max} ms is allowed`);
  }
  return missed;
}
