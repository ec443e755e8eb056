/**
 * Hunts for an attack on a mutant: a run in which agreement breaks with the mutant, and nothing breaks
 * without it. Prints what `packages/playground/src/mutants/attacks.ts` keeps.
 *
 * `node test/dist/playground/hunt.js <seconds> <mutant> …`; with `LED=1` for peers that lead.
 */

import type { Core, Settings } from '@paxkv/playground';
import { shippedCore } from '@paxkv/playground';
import { attempt, repeat } from '@paxkv/playground/internal/engine/robot';
import { addressOf } from '@paxkv/playground/internal/engine/timeline/address';
import type { Recording } from '@paxkv/playground/internal/engine/timeline/session';
import { MutatedCores } from './mutated-cores.ts';

const [seconds = '', ...ids] = process.argv.slice(2);
const { LED: isLed } = process.env;
const cores = await MutatedCores.load(ids);
try {
  for (const id of ids) {
    const best = await hunt(id, cores.coreOf(id));
    const address =
      best && addressOf({ ...best, settings: { ...best.settings, mutant: undefined } });
    process.stdout.write(`{ mutant: '${id}', address: '${address}' },\n`);
  }
} finally {
  cores.remove();
}

async function hunt(mutant: string, core: Core): Promise<Recording | undefined> {
  const endMs = Date.now() + 1000 * Number(seconds);
  let best: Recording | undefined;
  for (let seed = 0; Date.now() < endMs; seed += 1) {
    const peerCount = [3, 3, 5, 4][seed % 4] ?? 3;
    const settings: Settings = {
      ...{ seed: `${seed}`, peerCount, network: 'calm', hasServers: false, mutant },
      isLed: isLed !== undefined,
    };
    const { recording, violations } = await attempt(settings, core, 'agreement');
    if (!violations.some(({ lamp }) => lamp === 'agreement')) continue;
    const shrunk = await shrink(recording, core);
    const isShorter = best === undefined || shrunk.log.length < best.log.length;
    if (isShorter && (await isHarmless(shrunk))) best = shrunk;
    if (best !== undefined && best.log.length <= 3) break;
  }
  return best;
}

/** Leaves out one action after another, as long as agreement still breaks. */
async function shrink(recording: Recording, core: Core): Promise<Recording> {
  let best = recording;
  for (let index = 0; index < best.log.length; ) {
    const shorter = await tryWithout(best, index, core);
    if (shorter === undefined) index += 1;
    else {
      best = shorter;
      index = 0;
    }
  }
  return best;
}

async function tryWithout(recording: Recording, index: number, core: Core) {
  const without = recording.log.filter((_, each) => each !== index);
  const earlier = without.map((logged, each) =>
    each < index ? logged : { ...logged, at: logged.at - 1 },
  );
  for (const log of [earlier, without]) {
    const moment = recording.moment + 100;
    const { recording: found, violations } = await repeat(
      { ...recording, log, moment },
      core,
      'agreement',
    );
    if (violations.some(({ lamp }) => lamp === 'agreement')) return found;
  }
  return undefined;
}

/** Also some time later nothing is broken without the mutant. */
async function isHarmless(recording: Recording): Promise<boolean> {
  const longer = { ...recording, moment: recording.moment + 500 };
  return (await repeat(longer, shippedCore)).violations.length === 0;
}
