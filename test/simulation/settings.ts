/** The options of `npm run simulate`: flags, defaults, ranges. */
import { availableParallelism } from 'node:os';
import { Command, InvalidArgumentError } from 'commander';
import type { Narrowing } from './schedule/narrow.ts';
import { type Hazard, hazards } from './schedule/schedule.ts';

export interface Settings {
  readonly firstSeed: number;
  readonly seedCount: number;
  readonly narrowing: Narrowing;
  /** Whether to print every event of the one seed that is run. */
  readonly isTraced: boolean;
  /** Where to write the history of the one seed that is run. */
  readonly historyFile?: string;
  /** How many runs at a time, each in its own thread. */
  readonly jobCount: number;
  /** Whether a failing seed is shrunk before it is shown. */
  readonly isShrunk: boolean;
  /** Whether the totals are added to the ledger. */
  readonly isLedger: boolean;
  /** Where to write the result as data. */
  readonly jsonFile?: string;
}

interface Flags {
  readonly seeds: number;
  readonly first: number;
  readonly seed?: number;
  readonly trace: boolean;
  readonly history?: string;
  readonly without?: readonly Hazard[];
  readonly only?: readonly number[];
  readonly until?: number;
  readonly jobs: number;
  readonly shrink: boolean;
  readonly ledger: boolean;
  readonly json?: string;
}

/** Ends the process with a message on standard error if the arguments make no sense. */
export function parseSettings(argv: readonly string[]): Settings {
  const command = new Command('npm run simulate --')
    .description(
      'Runs whole clusters in virtual time, under faults from a seed, and checks every invariant.',
    )
    .option('--seeds <count>', 'how many seeds to run', toCount, 1000)
    .option('--first <seed>', 'the first of them', toCount, 1)
    .option('--seed <seed>', 'run this one only', toCount)
    .option('--trace', 'print every event; with --seed', false)
    .option('--history <file>', 'write the history of its clients there; with --seed')
    .option('--without <kinds>', `leave out these hazards: ${hazards.join(', ')}`, toHazards)
    .option('--only <places>', 'keep only these faults, e.g. 3,8', toPlaces)
    .option('--until <ms>', 'end the schedule there', toCount)
    .option('--jobs <count>', 'runs at a time', toCount, availableParallelism())
    .option('--no-shrink', 'do not shrink a failing seed')
    .option('--ledger', 'add the totals to ledger.json', false)
    .option('--json <file>', 'write the result as data')
    .parse([...argv], { from: 'user' });
  const flags = command.opts<Flags>();
  if (flags.trace && flags.seed === undefined) command.error('--trace needs --seed');
  if (flags.history !== undefined && flags.seed === undefined)
    command.error('--history needs --seed');
  const { seed, without, only, until, history: historyFile } = flags;
  return {
    firstSeed: seed ?? flags.first,
    seedCount: seed === undefined ? flags.seeds : 1,
    narrowing: {
      ...(without === undefined ? {} : { without }),
      ...(only === undefined ? {} : { only }),
      ...(until === undefined ? {} : { untilMs: until }),
    },
    isTraced: flags.trace,
    ...(historyFile === undefined ? {} : { historyFile }),
    jobCount: flags.jobs,
    isShrunk: flags.shrink,
    isLedger: flags.ledger,
    ...(flags.json === undefined ? {} : { jsonFile: flags.json }),
  };
}

function toCount(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError('must be an integer from 1');
  return Number(text);
}

function toPlaces(text: string): readonly number[] {
  if (!/^(?:\d{1,4}(?:,\d{1,4})*)?$/.test(text))
    throw new InvalidArgumentError('must be numbers with commas, such as 3,8');
  return text === '' ? [] : text.split(',').map(Number);
}

function toHazards(text: string): readonly Hazard[] {
  return text.split(',').map((name) => {
    const kind = hazards.find((known) => known === name.trim());
    if (kind === undefined) throw new InvalidArgumentError(`there is no hazard "${name}"`);
    return kind;
  });
}
