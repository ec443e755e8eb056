/** The options of `npm run mutants -- --generated`. */
import { Command, InvalidArgumentError } from 'commander';
import { type Folder, folders } from './folders.ts';

export interface Settings {
  readonly folders: readonly Folder[];
  /** Only sources whose path from the repository's folder contains it. */
  readonly file: string;
  /** So many mutants of each folder; absent for all of them. */
  readonly sampleCount?: number;
  readonly seed: string;
  /** Mutants of a folder are tried for this long. */
  readonly secondsMax: number;
  readonly jobCount: number;
  /** Whether every verdict is printed, and not only the survivors. */
  readonly isVerbose: boolean;
  /** Where to write the scores as data. */
  readonly jsonFile?: string;
}

interface Flags {
  readonly folder?: readonly Folder[];
  readonly file: string;
  readonly sample?: number;
  readonly seed?: string;
  readonly seconds: number;
  readonly jobs: number;
  readonly verbose: boolean;
  readonly json?: string;
}

/** Ends the process with a message on standard error if the arguments make no sense. */
export function parseSettings(argv: readonly string[]): Settings {
  const { folder, file, sample, seed, seconds, jobs, verbose, json } = new Command(
    'npm run mutants --',
  )
    .description(
      'Makes mistakes in the code by rule, one at a time, and checks that tests notice them.',
    )
    .option('--generated', 'these mutants, and not the known mistakes')
    .option('--folder <names>', `only of: ${folders.map(({ name }) => name).join(', ')}`, toFolders)
    .option('--file <path>', 'only sources with this text in their path', '')
    .option('--sample <count>', 'so many of each folder, drawn by the seed', toCount)
    .option('--seed <text>', 'draws the sample; another one each time if it is absent')
    .option(
      '--seconds <count>',
      'try mutants of a folder for this long, and count those',
      toCount,
      Number.POSITIVE_INFINITY,
    )
    .option('--jobs <count>', 'number of parallel workers', toCount, 2)
    .option('--verbose', 'print every verdict as it is reached', false)
    .option('--json <file>', 'write the scores as data')
    .parse([...argv], { from: 'user' })
    .opts<Flags>();
  return {
    folders: folder ?? folders,
    file,
    ...(sample !== undefined && { sampleCount: sample }),
    seed: seed ?? `${Date.now()}`,
    secondsMax: seconds,
    jobCount: jobs,
    isVerbose: verbose,
    ...(json !== undefined && { jsonFile: json }),
  };
}

function toFolders(text: string): readonly Folder[] {
  return text.split(',').map((name) => {
    const found = folders.find((folder) => folder.name === name.trim());
    if (found === undefined) throw new InvalidArgumentError(`There is no folder ${name}.`);
    return found;
  });
}

function toCount(text: string): number {
  if (!/^[1-9]\d{0,5}$/.test(text))
    throw new InvalidArgumentError('It must be a whole number from 1 to 999999.');
  return Number(text);
}
