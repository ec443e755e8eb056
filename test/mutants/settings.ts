/** The options of `npm run mutants`. */
import { Command, InvalidArgumentError } from 'commander';
import type { Mutant } from './mutant.ts';

export interface Settings {
  readonly mutants: readonly Mutant[];
  /** A mutant survives the simulation if this number of seeds passes. */
  readonly seedCountMax: number;
  /** Whether the simulation may miss some mutants, since it draws few seeds. */
  readonly isQuick: boolean;
  /** Whether the simulation leaves out the mutants that a named test has noticed. */
  readonly huntsUnnoticedOnly: boolean;
  readonly jobCount: number;
  /** Where to write the result as data. */
  readonly jsonFile?: string;
}

interface Flags {
  readonly only?: readonly string[];
  readonly sample?: number;
  readonly quick: boolean;
  readonly huntUnnoticed: boolean;
  readonly seeds?: number;
  readonly jobs: number;
  readonly json?: string;
}

/** Enough seeds for nearly every mutant; a few need many more. */
const quickSeedCountMax = 30;
const defaultSeedCountMax = 2000;

/** Ends the process with a message on standard error if the arguments make no sense. */
export function parseSettings(argv: readonly string[], all: readonly Mutant[]): Settings {
  const command = new Command('npm run mutants --')
    .description(
      'Applies known mistakes to the code, one at a time, and checks that tests catch them.',
    )
    .option('--only <ids>', 'these mutants, by id or number in the catalogue: 3,no-back-off', toIds)
    .option('--sample <count>', 'so many of them, others each time', toCount)
    .option(
      '--quick',
      'few seeds; the simulation may miss what a test catches, and one mutant of ten that nothing else can',
      false,
    )
    .option('--hunt-unnoticed', 'no simulation of a mutant that a named test has noticed', false)
    .option(
      '--seeds <count>',
      'a mutant survives the simulation after this number of passing seeds',
      toCount,
    )
    .option('--jobs <count>', 'number of parallel jobs', toCount, 2)
    .option('--json <file>', 'write the result as data')
    .parse([...argv], { from: 'user' });
  const flags = command.opts<Flags>();
  const { only, sample, quick: isQuick, seeds, jobs: jobCount, json } = flags;
  const matching = all.filter(
    ({ id, mistake }) => !only || only.includes(id) || only.includes(`${mistake}`),
  );
  const mutants = sample === undefined ? matching : sampleOf(matching, sample);
  if (mutants.length === 0) command.error('no mutant matches --only');
  const seedCountMax = seeds ?? (isQuick ? quickSeedCountMax : defaultSeedCountMax);
  const target = json === undefined ? {} : { jsonFile: json };
  const { huntUnnoticed: huntsUnnoticedOnly } = flags;
  return { mutants, seedCountMax, isQuick, huntsUnnoticedOnly, jobCount, ...target };
}

/** Each mutant has the same chance. */
function sampleOf(mutants: readonly Mutant[], count: number): readonly Mutant[] {
  const ordered = mutants.map((mutant) => ({ mutant, place: Math.random() }));
  ordered.sort((a, b) => a.place - b.place);
  return ordered.slice(0, count).map(({ mutant }) => mutant);
}

function toIds(text: string): readonly string[] {
  return text.split(',').map((id) => id.trim());
}

function toCount(text: string): number {
  if (!/^[1-9]\d{0,5}$/.test(text))
    throw new InvalidArgumentError('It must be a whole number from 1 to 999999.');
  return Number(text);
}
