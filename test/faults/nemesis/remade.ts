/** A second cluster that is made anew again and again while clients go on; see `remade-run.ts`. */
import { playRemade, type RemadePlan } from '../remade/remade-run.ts';
import type { Nemesis } from './nemesis.ts';

/** @throws Error that names everything that was found */
export function remade(plan: RemadePlan): Nemesis {
  return async (scene) => {
    const { findings, summary } = await playRemade(scene, plan);
    console.log(`        ${summary}`);
    if (findings.length > 0) throw new Error([`${summary}:`, ...findings].join('\n      '));
    return summary;
  };
}
