/** What `npm run simulate` can be told: flags, defaults, ranges. */
import { availableParallelism } from 'node:os';
import { Command, InvalidArgumentError } from 'commander';
import type { Narrowing } from './schedule/narrow.ts';
import { type Mischief, mischiefs } from './schedule/schedule.ts';

export interface Settings {
  readonly firstSeed: number;
  readonly seedCount: number;
  readonly narrowing: Narrowing;
  /** Whether the one seed that is run tells all that happens. */
  readonly isTraced: boolean;
  /** Runs at a time, each in a thread of its own. */
  readonly jobCount: number;
  /** Whether a failing seed is made smaller before it is shown. */
  readonly isShrunk: boolean;
  /** Whether the totals are kept. */
  readonly isLedger: boolean;
}

interface Flags {
  readonly seeds: number;
  readonly first: number;
  readonly seed?: number;
  readonly trace: boolean;
  readonly without?: readonly Mischief[];
  readonly only?: readonly number[];
  readonly until?: number;
  readonly jobs: number;
  readonly shrink: boolean;
  readonly ledger: boolean;
}

/** Ends the process with a message on standard error if the arguments make no sense. */
export function parseSettings(argv: readonly string[]): Settings {
  const command = new Command('npm run simulate --')
    .description('Whole clusters in virtual time, under faults from a seed, before every judge.')
    .option('--seeds <count>', 'how many seeds to run', toCount, 1000)
    .option('--first <seed>', 'the first of them', toCount, 1)
    .option('--seed <seed>', 'run this one only', toCount)
    .option('--trace', 'print all that happens; with --seed', false)
    .option('--without <kinds>', `leave these out: ${mischiefs.join(', ')}`, toMischiefs)
    .option('--only <places>', 'of the faults keep these, e.g. 3,8', toPlaces)
    .option('--until <ms>', 'end the schedule there', toCount)
    .option('--jobs <count>', 'runs at a time', toCount, availableParallelism())
    .option('--no-shrink', 'show a failing seed as it is')
    .option('--ledger', 'add the totals to ledger.json', false)
    .parse([...argv], { from: 'user' });
  const flags = command.opts<Flags>();
  if (flags.trace && flags.seed === undefined) command.error('--trace needs --seed');
  const { seed, without, only, until } = flags;
  return {
    firstSeed: seed ?? flags.first,
    seedCount: seed === undefined ? flags.seeds : 1,
    narrowing: {
      ...(without === undefined ? {} : { without }),
      ...(only === undefined ? {} : { only }),
      ...(until === undefined ? {} : { untilMs: until }),
    },
    isTraced: flags.trace,
    jobCount: flags.jobs,
    isShrunk: flags.shrink,
    isLedger: flags.ledger,
  };
}

function toCount(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError('A number from 1 on, please.');
  return Number(text);
}

function toPlaces(text: string): readonly number[] {
  if (!/^(?:\d{1,4}(?:,\d{1,4})*)?$/.test(text))
    throw new InvalidArgumentError('Like 3,8, please.');
  return text === '' ? [] : text.split(',').map(Number);
}

function toMischiefs(text: string): readonly Mischief[] {
  return text.split(',').map((name) => {
    const kind = mischiefs.find((known) => known === name.trim());
    if (kind === undefined) throw new InvalidArgumentError(`There is no "${name}".`);
    return kind;
  });
}
