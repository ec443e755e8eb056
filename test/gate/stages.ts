/** The stages that run before a change is accepted, and before a release. */

export const tiers = ['ci', 'gate'] as const;
export type Tier = (typeof tiers)[number];

/** One program of the test kit, with its arguments. */
export interface Stage {
  readonly title: string;
  /** Path below `test/dist`. */
  readonly program: string;
  readonly args: readonly string[];
}

/** The two tiers and `npm test` use disjoint seeds. */
const firstSeeds: Record<Tier, number> = { ci: 10_001, gate: 100_001 };
const seedCounts: Record<Tier, number> = { ci: 40, gate: 100_000 };
const labLoopCounts: Record<Tier, number> = { ci: 20, gate: 500 };
const fuzzInputCounts: Record<Tier, number> = { ci: 2000, gate: 500_000 };

/** The seeds of the simulation before a release. */
export const gateSeeds = { first: firstSeeds.gate, count: seedCounts.gate };

export function stagesOf(tier: Tier): readonly Stage[] {
  return [
    {
      title: 'lab with a leader',
      program: 'paxos/main.js',
      args: ['--leader', '--loops', `${labLoopCounts[tier]}`, '--seed', `${firstSeeds[tier]}`],
    },
    {
      title: 'simulation',
      program: 'simulation/main.js',
      args: ['--seeds', `${seedCounts[tier]}`, '--first', `${firstSeeds[tier]}`],
    },
    {
      title: 'seeded mistakes',
      program: 'mutants/main.js',
      args: tier === 'ci' ? ['--quick', '--sample', '20', '--hunt-unnoticed'] : [],
    },
    {
      title: 'damage matrix',
      program: 'damage/main.js',
      args: tier === 'ci' ? ['--share', 'ci'] : ['--share', 'all', '--times', '5'],
    },
    {
      title: 'real processes',
      program: 'faults/main.js',
      args: ['--tier', tier, '--minutes', tier === 'ci' ? '0.5' : '10'],
    },
    ...['http', 'stream', 'peers', 'proven-peers'].map((name) => fuzzing(name, tier)),
    ...(tier === 'ci' ? [] : [generatedMutants, labOverSockets]),
  ];
}

/** Before a release only: no folder has reached its score yet. */
const generatedMutants: Stage = {
  title: 'generated mutants',
  program: 'mutants/main.js',
  args: ['--generated'],
};

function fuzzing(name: string, tier: Tier): Stage {
  const inputs = ['--inputs', `${fuzzInputCounts[tier]}`, '--seed', `${firstSeeds[tier]}`];
  return {
    title: `fuzzing of ${name}`,
    program: 'fuzz/main.js',
    args: ['--target', name, ...inputs],
  };
}

const labOverSockets: Stage = {
  title: 'lab over sockets',
  program: 'paxos/main.js',
  args: ['--sockets', '--loops', '20'],
};
