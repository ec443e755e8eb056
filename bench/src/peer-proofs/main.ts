/**
 * `npm run bench:peer-proofs`: what it costs that nodes prove themselves to each other. Three clusters run side by side,
 * which differ in that only, and take the same load in turn.
 */
import { Command } from 'commander';
import { type Contestant, contestantsOf, type RoundsPlan, runRounds } from '../compare/rounds.ts';
import { medianOf } from '../compare/statistics.ts';
import { PaxkvStore, peerProofs } from '../stores/paxkv.ts';
import { tableOf } from '../text-table.ts';

const nodeCount = 3;
/** The goal of the project for a secret: within a tenth of what nothing costs. */
const ratioMax = 1.1;
const loads = [
  { inFlight: 64, valueBytes: 128 },
  { inFlight: 256, valueBytes: 128 },
  { inFlight: 64, valueBytes: 4096 },
] as const;

interface Options {
  readonly rounds: string;
  readonly seconds: string;
}

const options = new Command('npm run bench:peer-proofs --')
  .description('measures what proofs between nodes cost a put')
  .option('--rounds <count>', 'rounds of each load', '9')
  .option('--seconds <count>', 'length of a load', '4')
  .parse()
  .opts<Options>();

const stores: PaxkvStore[] = [];
try {
  for (const peerProof of peerProofs) stores.push(await PaxkvStore.start({ nodeCount, peerProof }));
  const contestants = contestantsOf(stores);
  const rows: string[][] = [];
  for (const load of loads) rows.push(...(await measure(contestants, load)));
  const head = ['puts', 'proof', 'puts/s', 'CPU µs of the nodes', 'min – max', 'CPU × nothing', ''];
  console.log(tableOf(head, rows));
} finally {
  for (const store of stores) await store.group.stop();
}

async function measure(
  contestants: readonly Contestant[],
  load: Pick<RoundsPlan, 'inFlight' | 'valueBytes'>,
): Promise<readonly string[][]> {
  const title = `${load.inFlight} in flight, ${load.valueBytes} B`;
  const plan = { ...load, title, use: 'puts', keyCount: 10_000, warmUpSeconds: 1 } as const;
  const { figures, notes } = await runRounds(contestants, {
    ...plan,
    roundCount: Number(options.rounds),
    seconds: Number(options.seconds),
    scoreOf: ({ perSecond }) => perSecond,
  });
  for (const note of notes) console.error(note);
  const costs = figures.map(({ cpu = [] }) => cpu.map(({ servers }) => servers));
  return figures.map(({ values }, index) => {
    const own = costs[index] ?? [];
    // Rounds are compared in pairs: what disturbs the machine lasts longer than a round.
    const ratio = medianOf(own.map((us, round) => us / (costs[0]?.[round] ?? Number.NaN)));
    const proof = peerProofs[index] ?? '';
    return [
      ...[index === 0 ? title : '', proof, `${Math.round(medianOf(values))}`],
      ...[
        `${Math.round(medianOf(own))}`,
        `${Math.round(Math.min(...own))} – ${Math.round(Math.max(...own))}`,
      ],
      ...[ratio.toFixed(2), proof === 'secret' && ratio > ratioMax ? `goal ${ratioMax}` : ''],
    ];
  });
}
